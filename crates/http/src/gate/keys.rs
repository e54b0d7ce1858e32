//! API keys and what is remembered about them for a moment.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use artel_domain::{ApiKey, ApiKeyId, Clock, TenantId, UserId};
use artel_identity::{ApiKeyMaker, Scopes};
use artel_store::{Identities, StoreError};
use moka::future::Cache;

use super::StaticKey;
use super::failure::AuthFailure;
use crate::Identity;

/// How long a revocation on another machine may go unnoticed.
const FRESH: Duration = Duration::from_secs(5);
/// The use of a key is audited once in this time.
const USE_AUDITED: Duration = Duration::from_mins(5);
const MOST: u64 = 10_000;

pub(super) struct Keys {
    store: Arc<dyn Identities>,
    clock: Arc<dyn Clock>,
    maker: Arc<ApiKeyMaker>,
    /// By keyed hash, so that looking one up takes the same time however much of it is right.
    fixed: HashMap<String, StaticKey>,
    by_hash: Cache<String, Option<Arc<ApiKey>>>,
    by_id: Cache<(TenantId, UserId, ApiKeyId), Option<Arc<ApiKey>>>,
    known: Cache<(TenantId, UserId), ()>,
    audited: Cache<ApiKeyId, ()>,
}

impl Keys {
    pub(super) fn new(
        store: Arc<dyn Identities>,
        clock: Arc<dyn Clock>,
        maker: Arc<ApiKeyMaker>,
        fixed: HashMap<String, StaticKey>,
    ) -> Self {
        let fixed = fixed.into_iter().map(|(key, principal)| (maker.hash(&key), principal)).collect();
        Self {
            store,
            clock,
            maker,
            fixed,
            by_hash: Cache::builder().max_capacity(MOST).time_to_live(FRESH).build(),
            by_id: Cache::builder().max_capacity(MOST).time_to_live(FRESH).build(),
            known: Cache::new(MOST),
            audited: Cache::builder().max_capacity(MOST).time_to_live(USE_AUDITED).build(),
        }
    }

    pub(super) async fn identify(&self, key: &str, ip: Option<IpAddr>) -> Result<Identity, AuthFailure> {
        let hash = self.maker.hash(key);
        if let Some(fixed) = self.fixed.get(&hash) {
            self.ensure_known(fixed.tenant_id, fixed.user_id).await?;
            return Ok(of_static(fixed, ip));
        }
        let find = async { Ok::<_, StoreError>(self.store.find_api_key(&hash).await?.map(Arc::new)) };
        let found = self.by_hash.try_get_with_by_ref(&hash, find).await?;
        let key = self.if_live(found)?;
        Ok(of_stored(&key, ip))
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
    pub(super) async fn live(&self, tenant: TenantId, user: UserId, id: ApiKeyId) -> Result<Arc<ApiKey>, AuthFailure> {
        let find = async {
            let keys = self.store.list_api_keys(tenant, user, true).await?;
            Ok::<_, StoreError>(keys.into_iter().find(|key| key.id == id).map(Arc::new))
        };
        let found = self.by_id.try_get_with((tenant, user, id), find).await?;
        self.if_live(found)
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

    fn if_live(&self, key: Option<Arc<ApiKey>>) -> Result<Arc<ApiKey>, AuthFailure> {
        let now = self.clock.now();
        key.filter(|key| key.revoked_at.is_none() && key.expires_at.is_none_or(|end| end > now)).ok_or(AuthFailure::Key)
    }
}

fn of_stored(key: &ApiKey, ip: Option<IpAddr>) -> Identity {
    Identity {
        tenant_id: key.tenant_id,
        user_id: key.user_id,
        api_key_id: Some(key.id),
        scopes: Scopes::new(key.scopes.iter().cloned()),
        agent_id: key.agent_id,
        daily_limit: key.daily_limit,
        valid_until: key.expires_at,
        ip,
    }
}

fn of_static(key: &StaticKey, ip: Option<IpAddr>) -> Identity {
    Identity {
        tenant_id: key.tenant_id,
        user_id: key.user_id,
        api_key_id: None,
        scopes: key.scopes.clone(),
        agent_id: None,
        daily_limit: None,
        valid_until: None,
        ip,
    }
}
