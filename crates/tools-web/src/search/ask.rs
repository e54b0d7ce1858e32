//! How a search service is asked, whichever it is.

use std::fmt;

use artel_domain::read_foreign_json;
use artel_egress::{Egress, Outgoing, SendError};
use async_trait::async_trait;
use reqwest::Method;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use super::hit::Hit;
use super::query::Query;

const CAP: usize = 4 * 1024 * 1024;

/// One search service.
#[async_trait]
pub(super) trait Provider: Send + Sync {
    /// What the answer says about its origin.
    fn name(&self) -> &'static str;
    /// The best results first.
    async fn search(&self, egress: &Egress, query: &Query) -> Result<Vec<Hit>, Failure>;
}

/// Why a service did not answer. Its own words are not shown: they may hold the key.
#[derive(Debug)]
pub(super) enum Failure {
    Status(u16),
    /// Too many requests, or no credit left.
    Limited,
    Send(SendError),
    /// The answer is not what the service documents.
    Form(&'static str),
}

impl Failure {
    /// May the same request come to something a little later?
    pub(super) fn may_change(&self) -> bool {
        !matches!(self, Self::Status(401 | 403) | Self::Send(SendError::Refused(_) | SendError::Compressed(_)))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(401 | 403) => f.write_str("refused the operator's key"),
            Self::Status(status) => write!(f, "answered {status}"),
            Self::Limited => f.write_str("allows no more requests now"),
            Self::Send(error) => write!(f, "cannot be reached ({error})"),
            Self::Form(what) => write!(f, "answered without {what}"),
        }
    }
}

/// A request to a service.
pub(super) struct Ask {
    pub(super) url: Url,
    pub(super) method: Method,
    pub(super) headers: Vec<(&'static str, SecretString)>,
    pub(super) body: Option<Value>,
}

impl Ask {
    pub(super) fn get(url: Url) -> Self {
        Self { url, method: Method::GET, headers: Vec::new(), body: None }
    }

    pub(super) fn post(url: Url, body: Value) -> Self {
        Self { url, method: Method::POST, headers: Vec::new(), body: Some(body) }
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<SecretString>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Sends it, and reads JSON.
    pub(super) async fn json(self, egress: &Egress) -> Result<Value, Failure> {
        let (url, rule) = egress.check(self.url.as_str(), &[]).map_err(|refusal| Failure::Send(refusal.into()))?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        for (name, value) in &self.headers {
            let mut value = HeaderValue::from_str(value.expose_secret()).map_err(|_| Failure::Form("a usable key"))?;
            value.set_sensitive(true);
            headers.insert(HeaderName::from_static(name), value);
        }
        let body = self.body.map(|body| body.to_string().into());
        if body.is_some() {
            headers.insert(reqwest::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let request = Outgoing { method: self.method, url, headers, body, fresh: false };
        let response = egress.send(request, &rule).await.map_err(Failure::Send)?;
        match response.status().as_u16() {
            200..=299 => {}
            402 | 429 | 432 | 433 => return Err(Failure::Limited),
            status => return Err(Failure::Status(status)),
        }
        let (bytes, _) = response.read(CAP).await.map_err(Failure::Send)?;
        let text = String::from_utf8_lossy(&bytes);
        read_foreign_json(text.trim_start_matches('\u{FEFF}')).map_err(|_| Failure::Form("JSON"))
    }
}

/// An address below a service's own.
pub(super) fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}
