use artel_domain::{Agent, AgentId, BuiltinAgent, Refusal, Requester};
use artel_store::Viewer;

use crate::Intents;
use crate::start_run::check_only_agent;

impl Intents {
    /// The row that all specialists of the requester's tenant share. The tenant's budget, its choice of a model and its
    /// switch belong to that row.
    pub(crate) async fn ensure_team_agent(&self, requester: &Requester) -> Result<AgentId, Refusal> {
        check_only_agent(requester, BuiltinAgent::Codelab.id(requester.tenant_id))?;
        Ok(self.ensure_builtin_agent(requester, BuiltinAgent::Codelab).await?.id)
    }

    /// The tenant's row of the agent: made when it is absent, restored when an earlier release let it be damaged.
    ///
    /// # Errors
    /// `Unavailable` or `Internal`: the store.
    pub async fn ensure_builtin_agent(&self, requester: &Requester, agent: BuiltinAgent) -> Result<Agent, Refusal> {
        let id = agent.id(requester.tenant_id);
        let known = self.store.find_agent(&Viewer::from(requester), id).await?;
        if let Some(row) = known.filter(|row| agent.is_intact(row)) {
            return Ok(row);
        }
        let audit = requester.audit("agent.create", "agent", id, self.clock.now());
        Ok(self.store.ensure_builtin_agent(requester.tenant_id, agent, requester.user_id(), audit).await?)
    }
}
