use artel_domain::{Actor, Basis, DailyLimit, Principal, Refusal, Requester, TenantId};
use artel_store::HeldKey;

use crate::Intents;

impl Intents {
    /// Somebody who asked for something earlier, as they are now: with the limits that their key has today. `None`:
    /// their account or their key has no access any more.
    ///
    /// # Errors
    /// `Unavailable` or `Internal`: the store.
    pub async fn acting_for(
        &self,
        tenant: TenantId,
        principal: &Principal,
        trace_id: String,
    ) -> Result<Option<Requester>, Refusal> {
        let Principal { user_id, api_key_id, client_id, .. } = principal.clone();
        let basis = Basis { api_key_id, client_id, ..Basis::of_user(tenant, user_id) };
        if self.store.are_lost(&[basis], self.clock.now()).await?.contains(&true) {
            return Ok(None);
        }
        let key = match principal.api_key_id {
            Some(key) => self.store.find_api_key_by_id(tenant, key).await?,
            None => None,
        };
        Ok(Some(Requester {
            tenant_id: tenant,
            actor: Actor { user_id: Some(principal.user_id), api_key_id: principal.api_key_id, ip: None },
            principal: principal.clone(),
            only_agent: key.as_ref().and_then(|held| held.key.agent_id),
            daily_limits: key.iter().flat_map(limits).collect(),
            is_service: false,
            trace_id,
        }))
    }
}

fn limits(held: &HeldKey) -> impl Iterator<Item = DailyLimit> + '_ {
    held.line.iter().filter_map(|key| key.daily_limit.map(|runs| DailyLimit { of: key.id.0, runs }))
}
