use artel_domain::{Agent, AgentId, AgentStatus, Refusal, Requester};
use uuid::Uuid;

use crate::Intents;
use crate::start_run::check_only_agent;

/// All specialists of a tenant share one row among its agents. The tenant's budget and its choice of a model belong to that row.
const NAME: &str = "CodeLab";
/// The model that the operator configured for the specialists.
const MODEL: &str = "default";

impl Intents {
    /// The row of the requester's tenant, made when it is absent.
    pub(crate) async fn ensure_team_agent(&self, requester: &Requester) -> Result<AgentId, Refusal> {
        let id = AgentId(Uuid::new_v5(&requester.tenant_id.0, b"codelab"));
        check_only_agent(requester, id)?;
        if self.store.find_agent(requester.tenant_id, id).await?.is_some() {
            return Ok(id);
        }
        let now = self.clock.now();
        let agent = Agent {
            id,
            tenant_id: requester.tenant_id,
            owner_user_id: requester.user_id(),
            name: NAME.to_owned(),
            system_prompt: String::new(),
            model: MODEL.to_owned(),
            llm_params: None,
            status: AgentStatus::Published,
            version: 1,
            created_at: now,
            updated_at: None,
        };
        Ok(self.store.create_agent(agent, requester.audit("agent.create", "agent", id, now)).await?.id)
    }
}
