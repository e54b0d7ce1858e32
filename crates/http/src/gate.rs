//! Authentication: from what a request shows to an [`Identity`]. Keys and their standing are cached for at most five
//! seconds.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use artel_bus::Bus;
use artel_domain::{Clock, RateLimit, TenantId, UserId};
use artel_identity::{ApiKeyMaker, Scopes, SecretBox, TokenVerifier};
use artel_store::GateStore;
use axum::http::request::Parts;
use ipnet::IpNet;

mod auth_service;
mod failure;
mod keys;

pub use auth_service::AuthServiceTrust;

use crate::credentials::{self, Credential};
use crate::{Identity, Problem, ip};
use auth_service::Tokens;
use failure::AuthFailure;
use keys::Keys;

/// A principal that the operator wrote into `AUTH_API_KEYS`.
#[derive(Debug, Clone)]
pub struct StaticKey {
    pub tenant_id: TenantId,
    pub user_id: UserId,
    pub scopes: Scopes,
}

/// What the operator decides about callers.
#[derive(Debug, Clone)]
pub struct GateConfig {
    /// All routes.
    pub rate_default: RateLimit,
    /// Starting runs.
    pub rate_runs: RateLimit,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Key → principal.
    pub static_keys: HashMap<String, StaticKey>,
    /// Whose access tokens are accepted beside the platform's own.
    pub auth_service: Option<AuthServiceTrust>,
}

/// What tells callers apart and counts them. Cheap to clone.
#[derive(Clone)]
pub struct Gate(Arc<Inner>);

struct Inner {
    store: Arc<dyn GateStore>,
    bus: Arc<dyn Bus>,
    clock: Arc<dyn Clock>,
    tokens: Tokens,
    seal: Arc<SecretBox>,
    keys: Keys,
    rate_default: RateLimit,
    rate_runs: RateLimit,
    trusted_proxies: Vec<IpNet>,
}

/// The outcome of authentication, kept with the request for the handler.
#[derive(Debug, Clone)]
pub(crate) struct Admitted(pub(crate) Result<Arc<Identity>, AuthFailure>);

impl Admitted {
    pub(crate) fn identity(self) -> Result<Arc<Identity>, Problem> {
        self.0.map_err(Into::into)
    }
}

impl Gate {
    pub fn new(
        store: Arc<dyn GateStore>,
        bus: Arc<dyn Bus>,
        clock: Arc<dyn Clock>,
        tokens: Arc<TokenVerifier>,
        key_maker: Arc<ApiKeyMaker>,
        seal: Arc<SecretBox>,
        config: GateConfig,
    ) -> Self {
        let keys = Keys::new(store.clone(), clock.clone(), key_maker, config.static_keys);
        let GateConfig { rate_default, rate_runs, trusted_proxies, auth_service, .. } = config;
        let tokens = Tokens::new(store.clone(), clock.clone(), tokens, auth_service);
        Self(Arc::new(Inner { store, bus, clock, tokens, seal, keys, rate_default, rate_runs, trusted_proxies }))
    }

    /// Who an API key belongs to; unknown, revoked and expired keys are one and the same 401.
    pub async fn identify_key(&self, key: &str, ip: Option<IpAddr>) -> Result<Arc<Identity>, Problem> {
        let invalid = || Problem::unauthenticated("invalid_credentials", "The API key is not valid.");
        match self.0.keys.identify(key, ip).await {
            Ok(identity) => Ok(Arc::new(identity)),
            Err(AuthFailure::Store(error)) => Err(AuthFailure::Store(error).into()),
            Err(_) => Err(invalid()),
        }
    }

    /// What is cached about keys is void: call it after a revocation.
    pub fn forget_keys(&self) {
        self.0.keys.forget();
    }

    pub(crate) async fn authenticate(&self, parts: &Parts) -> Result<Arc<Identity>, AuthFailure> {
        let ip = self.ip(parts);
        let identity = match credentials::read(&parts.headers) {
            Credential::Absent => return Err(AuthFailure::Absent),
            Credential::Unusable => return Err(AuthFailure::Unusable),
            Credential::Key(key) => self.0.keys.identify_and_note_use(key, ip).await?,
            Credential::Token(token) => self.by_token(token, ip).await?,
        };
        Ok(Arc::new(identity))
    }

    async fn by_token(&self, token: &str, ip: Option<IpAddr>) -> Result<Identity, AuthFailure> {
        let claims = self.0.tokens.verify(token).await.map_err(AuthFailure::Token)?;
        let grant = claims.grant;
        self.0.keys.ensure_known(grant.tenant_id, grant.user_id).await?;
        let key = match grant.key_id {
            Some(id) => Some(self.0.keys.live(grant.tenant_id, grant.user_id, id).await?),
            None => None,
        };
        Ok(Identity {
            tenant_id: grant.tenant_id,
            user_id: grant.user_id,
            api_key_id: grant.key_id,
            scopes: grant.scopes,
            agent_id: key.as_ref().and_then(|key| key.agent_id),
            daily_limit: key.as_ref().and_then(|key| key.daily_limit),
            valid_until: Some(claims.expires_at),
            ip,
        })
    }

    /// Where a request comes from, believing trusted proxies only.
    pub fn ip(&self, parts: &Parts) -> Option<IpAddr> {
        ip::of(parts, &self.0.trusted_proxies)
    }

    pub(crate) fn bus(&self) -> &dyn Bus {
        &*self.0.bus
    }

    pub(crate) fn store(&self) -> &dyn GateStore {
        &*self.0.store
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    pub(crate) fn seal(&self) -> &SecretBox {
        &self.0.seal
    }

    pub(crate) fn rate_default(&self) -> RateLimit {
        self.0.rate_default
    }

    pub(crate) fn rate_runs(&self) -> RateLimit {
        self.0.rate_runs
    }
}
