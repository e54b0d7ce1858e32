use artel_domain::{AgentId, BuiltinAgent, Refusal, Requester};
use artel_store::Viewer;

use crate::Intents;
use crate::start_run::check_only_agent;

impl Intents {
    /// The row that all specialists of the requester's tenant share: made when it is absent, restored when an earlier
    /// release let it be damaged. The tenant's budget, its choice of a model and its switch belong to that row.
    pub(crate) async fn ensure_team_agent(&self, requester: &Requester) -> Result<AgentId, Refusal> {
        let agent = BuiltinAgent::Codelab;
        let id = agent.id(requester.tenant_id);
        check_only_agent(requester, id)?;
        if self.store.find_agent(&Viewer::from(requester), id).await?.is_some_and(|row| agent.is_intact(&row)) {
            return Ok(id);
        }
        let audit = requester.audit("agent.create", "agent", id, self.clock.now());
        Ok(self.store.ensure_builtin_agent(requester.tenant_id, agent, requester.user_id(), audit).await?.id)
    }
}
