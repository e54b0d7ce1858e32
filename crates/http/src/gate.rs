//! Authentication: from what a request shows to an [`Identity`]. What was read of keys and standings is believed for a
//! few seconds, and no longer than until somebody says that an access was ended.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use artel_bus::{AccessChanges, Bus, Shares};
use artel_domain::{Basis, Clock, RateLimit, TenantId, UserId};
use artel_identity::{ApiKeyMaker, Scopes, SecretBox, TokenVerifier};
use artel_store::GateStore;
use axum::http::request::Parts;
use ipnet::IpNet;
use tokio::time::MissedTickBehavior;
use tokio_util::task::TaskTracker;

mod acting;
mod auth_service;
mod failure;
mod keys;

pub use auth_service::AuthServiceTrust;

use crate::credentials::{self, Credential};
use crate::identity::Shown;
use crate::replies::Replies;
use crate::sender::Sender;
use crate::standing::Standings;
use crate::waiting::this_request_ends_access;
use crate::{Identity, Problem, Standing, ip};
use auth_service::Tokens;
use failure::AuthFailure;
use keys::{Keys, Refused};

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
    /// How much more users and tenants may do than one key.
    pub shares: Shares,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Key → principal.
    pub static_keys: HashMap<String, StaticKey>,
    /// Whose access tokens are accepted beside the platform's own.
    pub auth_service: Option<AuthServiceTrust>,
}

/// Whether open connections may stay is asked this often, for what the bus does not tell.
const LOOKS_EVERY: Duration = Duration::from_secs(2);

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
    standings: Arc<Standings>,
    rate_default: RateLimit,
    rate_runs: RateLimit,
    shares: Shares,
    replies: Arc<Replies>,
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
        let standings = Arc::new(Standings::new(store.clone(), clock.clone()));
        let keys = Keys::new(store.clone(), clock.clone(), key_maker, standings.clone(), config.static_keys);
        let GateConfig { rate_default, rate_runs, shares, trusted_proxies, auth_service, .. } = config;
        let tokens = Tokens::new(store.clone(), clock.clone(), tokens, auth_service);
        let changes = bus.access_changes();
        let gate = Self(Arc::new(Inner {
            store,
            bus,
            clock,
            tokens,
            seal,
            keys,
            standings,
            rate_default,
            rate_runs,
            replies: Arc::default(),
            shares,
            trusted_proxies,
        }));
        TaskTracker::new().spawn(look_again_and_again(Arc::downgrade(&gate.0), changes));
        gate
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

    /// Somebody's access was ended, whoever's: call it after a revocation. No request is let in on what was remembered;
    /// open streams and sockets end at once in this process and in those that the bus reaches, within seconds in the
    /// others.
    pub fn access_changed(&self) {
        this_request_ends_access();
        self.0.forget();
        self.0.bus.access_changed();
    }

    /// The standing of a user for whom somebody else vouches.
    pub fn standing(&self, basis: Basis) -> Standing {
        self.0.standings.standing(basis, None)
    }

    pub(crate) async fn authenticate(&self, parts: &Parts) -> Result<Arc<Identity>, AuthFailure> {
        let identity = self.identity_of(parts).await?;
        if let Some(sender) = parts.extensions.get::<Sender>() {
            sender.is(&identity.standing);
        }
        Ok(identity)
    }

    async fn identity_of(&self, parts: &Parts) -> Result<Arc<Identity>, AuthFailure> {
        let ip = self.ip(parts);
        let identity = match credentials::read(&parts.headers) {
            Credential::Absent => return Err(AuthFailure::Absent),
            Credential::Unusable => return Err(AuthFailure::Unusable),
            Credential::Key(key) => self.0.keys.identify_and_note_use(key, ip).await?,
            Credential::Token(token) => self.by_token(token, ip).await?,
        };
        let Some(user) = acting::wanted(&parts.headers, &identity)? else { return Ok(Arc::new(identity)) };
        self.0.keys.ensure_known(identity.tenant_id, user).await?;
        let identity = identity.acting_as(user);
        if identity.standing.holds().await? { Ok(Arc::new(identity)) } else { Err(AuthFailure::Ended) }
    }

    /// An audit row, once a minute for each key, that its request was refused because of `code`.
    pub(crate) async fn note_refusal(&self, caller: &Identity, code: &str) {
        if let Some(key) = caller.api_key_id {
            let refused = Refused { tenant: caller.tenant_id, user: caller.user_id, key, ip: caller.ip };
            self.0.keys.note_refused(&refused, code).await;
        }
    }

    async fn by_token(&self, token: &str, ip: Option<IpAddr>) -> Result<Identity, AuthFailure> {
        let claims = self.0.tokens.verify(token).await.map_err(AuthFailure::Token)?;
        let grant = claims.grant;
        self.0.keys.ensure_known(grant.tenant_id, grant.user_id).await?;
        let key = match grant.key_id {
            Some(id) => {
                let named = Refused { tenant: grant.tenant_id, user: grant.user_id, key: id, ip };
                Some(self.0.keys.live(&named).await?)
            }
            None => None,
        };
        let basis = Basis {
            tenant_id: grant.tenant_id,
            user_id: grant.user_id,
            api_key_id: grant.key_id,
            family_id: claims.family_id,
            // A client's own token has no login.
            client_id: claims.client_id.filter(|_| claims.family_id.is_none()),
        };
        let standing = self.0.standings.standing(basis, Some(claims.expires_at));
        if !standing.holds().await? {
            return Err(AuthFailure::Ended);
        }
        Ok(Identity {
            tenant_id: grant.tenant_id,
            user_id: grant.user_id,
            api_key_id: grant.key_id,
            scopes: grant.scopes,
            agent_id: key.as_ref().and_then(|held| held.key.agent_id),
            line: key.as_ref().map(|held| held.line.clone()).unwrap_or_default(),
            shown: match &key {
                Some(held) => Shown::Key { expires_at: held.key.expires_at },
                None => Shown::Token { signed_in_at: claims.signed_in_at, is_own: claims.is_own },
            },
            standing,
            ip,
            acts_as: None,
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

    pub(crate) fn replies(&self) -> &Arc<Replies> {
        &self.0.replies
    }

    pub(crate) fn shares(&self) -> Shares {
        self.0.shares
    }
}

impl Inner {
    fn forget(&self) {
        self.keys.forget();
        self.standings.forget();
    }
}

/// Looks who lost their standing: at every hint of the bus, and every few seconds. Ends with the gate.
async fn look_again_and_again(gate: Weak<Inner>, mut changes: AccessChanges) {
    let mut pause = tokio::time::interval(LOOKS_EVERY);
    pause.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut has_bus = true;
    loop {
        let hinted = tokio::select! {
            _ = pause.tick() => false,
            told = changes.next(), if has_bus => {
                has_bus = told;
                told
            }
        };
        let Some(gate) = gate.upgrade() else { return };
        if hinted {
            gate.forget();
        }
        let lost = gate.standings.newly_lost().await;
        if !lost.is_empty() {
            // First, so that nobody who is cut here is let in again on what was remembered.
            gate.forget();
            for who in &lost {
                who.end();
            }
        }
    }
}
