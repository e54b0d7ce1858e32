//! What the journal keeps of a request.

use std::collections::BTreeMap;

use artel_egress::Outgoing;
use serde::Serialize;
use url::Url;

use crate::redact::{MASK, is_sensitive_name};

/// A request as it may be shown: credentials are masked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RequestRecord {
    pub method: String,
    pub url: String,
    pub headers: BTreeMap<String, String>,
}

impl RequestRecord {
    pub(crate) fn of(outgoing: &Outgoing) -> Self {
        let shown = |name: &str, value: &[u8]| {
            if is_sensitive_name(name) { MASK.to_owned() } else { String::from_utf8_lossy(value).into_owned() }
        };
        let headers = outgoing
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), shown(name.as_str(), value.as_bytes())))
            .collect();
        Self { method: outgoing.method.to_string(), url: masked(&outgoing.url), headers }
    }

    pub(crate) fn mask_header(&mut self, name: &str) {
        self.headers.insert(name.to_owned(), MASK.to_owned());
    }

    /// A retry within the same attempt adds nothing new.
    pub(crate) fn mask_parameter(&mut self, name: &str) {
        let Ok(mut url) = Url::parse(&self.url) else { return };
        if !url.query_pairs().any(|(known, value)| known == name && value == MASK) {
            url.query_pairs_mut().append_pair(name, MASK);
        }
        self.url = url.to_string();
    }
}

/// The URL with the values of parameters that are named like credentials masked: tenants write them into endpoints.
fn masked(url: &Url) -> String {
    if !url.query_pairs().any(|(name, _)| is_sensitive_name(&name)) {
        return url.to_string();
    }
    let mut shown = url.clone();
    let pairs = url
        .query_pairs()
        .map(|(name, value)| if is_sensitive_name(&name) { (name, MASK.into()) } else { (name, value) });
    shown.query_pairs_mut().clear().extend_pairs(pairs);
    shown.to_string()
}
