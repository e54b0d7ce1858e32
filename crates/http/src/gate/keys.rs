//! API keys and what is remembered about them for a moment.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use artel_domain::{Actor, ApiKeyId, AuditEntry, Basis, Clock, TenantId, UserId};
use artel_identity::{ApiKeyMaker, Scopes};
use artel_store::{HeldKey, Identities, StoreError};
use moka::future::Cache;

use super::StaticKey;
use super::failure::AuthFailure;
use crate::identity::Shown;
use crate::standing::{FRESH, Standings};
use crate::{Identity, trace};

/// The use of a key is audited once in this time.
const USE_AUDITED: Duration = Duration::from_mins(5);
/// Refusals of a key are audited once in this time.
const REFUSAL_AUDITED: Duration = Duration::from_mins(1);
const MOST: u64 = 10_000;

pub(super) struct Keys {
    store: Arc<dyn Identities>,
    clock: Arc<dyn Clock>,
    maker: Arc<ApiKeyMaker>,
    standings: Arc<Standings>,
    /// By keyed hash, so that looking one up takes the same time however much of it is right.
    fixed: HashMap<String, StaticKey>,
    by_hash: Cache<String, Option<Arc<HeldKey>>>,
    by_id: Cache<(TenantId, UserId, ApiKeyId), Option<Arc<HeldKey>>>,
    known: Cache<(TenantId, UserId), ()>,
    audited: Cache<ApiKeyId, ()>,
    refused: Cache<ApiKeyId, ()>,
}

/// A key that was shown and refused, by whom and from where.
pub(super) struct Refused {
    pub(super) tenant: TenantId,
    pub(super) user: UserId,
    pub(super) key: ApiKeyId,
    pub(super) ip: Option<IpAddr>,
}

impl Keys {
    pub(super) fn new(
        store: Arc<dyn Identities>,
        clock: Arc<dyn Clock>,
        maker: Arc<ApiKeyMaker>,
        standings: Arc<Standings>,
        fixed: HashMap<String, StaticKey>,
    ) -> Self {
        let fixed = fixed.into_iter().map(|(key, principal)| (maker.hash(&key), principal)).collect();
        Self {
            store,
            clock,
            maker,
            standings,
            fixed,
            by_hash: Cache::builder().max_capacity(MOST).time_to_live(FRESH).build(),
            by_id: Cache::builder().max_capacity(MOST).time_to_live(FRESH).build(),
            known: Cache::new(MOST),
            audited: Cache::builder().max_capacity(MOST).time_to_live(USE_AUDITED).build(),
            refused: Cache::builder().max_capacity(MOST).time_to_live(REFUSAL_AUDITED).build(),
        }
    }

    pub(super) async fn identify(&self, key: &str, ip: Option<IpAddr>) -> Result<Identity, AuthFailure> {
        let hash = self.maker.hash(key);
        if let Some(fixed) = self.fixed.get(&hash) {
            self.ensure_known(fixed.tenant_id, fixed.user_id).await?;
            let identity = self.of_static(fixed, ip);
            return if identity.standing.holds().await? { Ok(identity) } else { Err(AuthFailure::Ended) };
        }
        let find = async { Ok::<_, StoreError>(self.store.find_api_key(&hash).await?.map(Arc::new)) };
        let found = self.by_hash.try_get_with_by_ref(&hash, find).await?;
        let held = found.ok_or(AuthFailure::Key)?;
        let shown = Refused { tenant: held.key.tenant_id, user: held.key.user_id, key: held.key.id, ip };
        let held = self.if_live(Some(held), &shown).await?;
        Ok(self.of_stored(&held, ip))
    }

    pub(super) async fn identify_and_note_use(&self, key: &str, ip: Option<IpAddr>) -> Result<Identity, AuthFailure> {
        let identity = self.identify(key, ip).await?;
        if let Some(id) = identity.api_key_id {
            let audit = identity.audit("api_key.use", "api_key", id, self.clock.now());
            self.audited.try_get_with(id, self.store.record_audit(identity.tenant_id, audit)).await?;
        }
        Ok(identity)
    }

    /// The key behind a token, if the token may still be believed.
    pub(super) async fn live(&self, named: &Refused) -> Result<Arc<HeldKey>, AuthFailure> {
        let find = async {
            let found = self.store.find_api_key_by_id(named.tenant, named.key).await?;
            Ok::<_, StoreError>(found.filter(|held| held.key.user_id == named.user).map(Arc::new))
        };
        let found = self.by_id.try_get_with((named.tenant, named.user, named.key), find).await?;
        self.if_live(found, named).await
    }

    /// Once a minute for each key. Whoever is refused is told so also when that cannot be recorded.
    pub(super) async fn note_refused(&self, refused: &Refused, why: &str) {
        let (user_id, api_key_id) = (Some(refused.user), Some(refused.key));
        let audit = AuditEntry {
            actor: Actor { user_id, api_key_id, ip: refused.ip.map(|ip| ip.to_string()) },
            action: "api_key.refused",
            entity_type: "api_key",
            entity_id: refused.key.to_string(),
            trace_id: trace::current(),
            outcome: why.to_owned(),
            details: None,
            at: self.clock.now(),
        };
        let record = self.store.record_audit(refused.tenant, audit);
        if let Err(error) = self.refused.try_get_with(refused.key, record).await {
            tracing::warn!(%error, "the refusal of an API key could not be recorded");
        }
    }

    /// A signed token vouches for its tenant and user: they exist from now on.
    pub(super) async fn ensure_known(&self, tenant: TenantId, user: UserId) -> Result<(), AuthFailure> {
        let ensure = self.store.ensure_principal(tenant, user, self.clock.now());
        Ok(self.known.try_get_with((tenant, user), ensure).await?)
    }

    pub(super) fn forget(&self) {
        self.by_hash.invalidate_all();
        self.by_id.invalidate_all();
    }

    async fn if_live(&self, found: Option<Arc<HeldKey>>, shown: &Refused) -> Result<Arc<HeldKey>, AuthFailure> {
        let now = self.clock.now();
        let why = match &found {
            None => "unknown",
            Some(held) if held.key.revoked_at.is_some() => "revoked",
            Some(held) if held.key.expires_at.is_some_and(|end| end <= now) => "expired",
            Some(held) => return Ok(held.clone()),
        };
        self.note_refused(shown, why).await;
        Err(AuthFailure::Key)
    }

    fn of_stored(&self, held: &HeldKey, ip: Option<IpAddr>) -> Identity {
        let key = &held.key;
        let basis = Basis { api_key_id: Some(key.id), ..Basis::of_user(key.tenant_id, key.user_id) };
        Identity {
            tenant_id: key.tenant_id,
            user_id: key.user_id,
            api_key_id: Some(key.id),
            scopes: Scopes::new(key.scopes.iter().cloned()),
            agent_id: key.agent_id,
            line: held.line.clone(),
            shown: Shown::Key { expires_at: key.expires_at },
            standing: self.standings.standing(basis, key.expires_at),
            ip,
            acts_as: None,
        }
    }

    fn of_static(&self, key: &StaticKey, ip: Option<IpAddr>) -> Identity {
        Identity {
            tenant_id: key.tenant_id,
            user_id: key.user_id,
            api_key_id: None,
            scopes: key.scopes.clone(),
            agent_id: None,
            line: Vec::new(),
            shown: Shown::StaticKey,
            standing: self.standings.standing(Basis::of_user(key.tenant_id, key.user_id), None),
            ip,
            acts_as: None,
        }
    }
}
