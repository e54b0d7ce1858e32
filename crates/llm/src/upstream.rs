//! One provider as this process sees it: address, protocol, calls under way, health.

mod health;
mod slots;

use std::sync::Arc;

use http::Uri;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

pub(crate) use health::LastOutcomes;
pub use health::{LastError, ProviderHealth, TroubledModel};
pub(crate) use slots::Slots;

use crate::breaker::{Breakers, Credential};
use crate::client::HttpClient;
use crate::dialect::Dialect;
use crate::{ModelError, Protocol, Request, Timeouts};

/// One provider's endpoint.
pub(crate) struct Upstream {
    /// The name of the provider in model names.
    pub(crate) name: String,
    pub(crate) dialect: Arc<dyn Dialect>,
    pub(crate) protocol: Protocol,
    /// The full URL that requests go to.
    pub(crate) url: Uri,
    /// The full URL of embedding requests, where the protocol has them.
    pub(crate) embeddings_url: Option<Uri>,
    pub(crate) key: Option<SecretString>,
    /// The provider refuses requests without a key.
    pub(crate) needs_key: bool,
    pub(crate) http: HttpClient,
    pub(crate) timeouts: Timeouts,
    pub(crate) slots: Slots,
    pub(crate) breakers: Breakers,
    pub(crate) last_outcomes: LastOutcomes,
    /// The provider is an LLM proxy of this product, which makes retries and fallbacks and records the calls.
    pub(crate) is_proxy: bool,
}

impl Upstream {
    /// The key for this request: the tenant's own, or else the operator's.
    pub(crate) fn key<'a>(&'a self, request: &'a Request) -> Option<&'a SecretString> {
        request.keys.get(&self.name).or(self.key.as_ref())
    }

    /// Whose key this request uses.
    pub(crate) fn credential(&self, request: &Request) -> Credential {
        request.keys.get(&self.name).map_or(Credential::OPERATOR, Credential::of_key)
    }

    /// Whether it can be called without a tenant's own key.
    pub(crate) fn is_configured(&self) -> bool {
        self.key.is_some() || !self.needs_key
    }

    /// The headers of the request.
    pub(crate) fn headers(&self, request: &Request) -> Result<HeaderMap, ModelError> {
        let key = self.key(request);
        if self.is_proxy {
            return Ok(internal(key, request));
        }
        if key.is_none() && self.needs_key {
            return Err(ModelError::NotConfigured("it has no key".to_owned()));
        }
        let own = self.dialect.headers(key.map(ExposeSecret::expose_secret));
        let own = own.ok_or_else(|| {
            ModelError::NotConfigured("its key holds characters that no HTTP header may hold".to_owned())
        })?;
        Ok(own.into_iter().collect())
    }

    /// Removes the key from a text, because some providers quote it in their errors.
    pub(crate) fn masked(&self, request: &Request, text: &str) -> String {
        match self.key(request).map(ExposeSecret::expose_secret).filter(|key| key.len() >= 4) {
            Some(key) => text.replace(key, "***"),
            None => text.to_owned(),
        }
    }
}

/// The headers between processes of this product: internal key, account, who uses the model, trace.
fn internal(key: Option<&SecretString>, request: &Request) -> HeaderMap {
    let key = key.and_then(|key| crate::dialect::sensitive(key.expose_secret()));
    let account = HeaderValue::try_from(&request.account).ok();
    let trace = request.trace.and_then(|trace| HeaderValue::try_from(trace.to_string()).ok());
    let id = |id: Option<Uuid>| id.and_then(|id| HeaderValue::try_from(id.to_string()).ok());
    let (agent, user) = (id(request.used_by.agent_id), id(request.used_by.user_id));
    let headers = [
        ("x-internal-auth", key),
        ("x-artel-tenant", account),
        ("x-artel-agent", agent),
        ("x-artel-user", user),
        ("traceparent", trace),
    ];
    headers.into_iter().filter_map(|(name, value)| Some((HeaderName::from_static(name), value?))).collect()
}
