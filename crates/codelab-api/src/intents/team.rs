use artel_domain::{Agent, AgentId, AgentStatus};
use artel_http::Problem;
use uuid::Uuid;

use crate::App;
use crate::user::User;

/// All specialists of a tenant share one row among its agents: budgets and a tenant's own choice of model hang on it.
const NAME: &str = "CodeLab";
/// Whatever the operator configured for the specialists.
const MODEL: &str = "default";

/// The row of the user's tenant, made when it is absent.
pub(crate) async fn ensure_team_agent(app: &App, user: &User) -> Result<AgentId, Problem> {
    let id = AgentId(Uuid::new_v5(&user.tenant_id.0, b"codelab"));
    if user.only_agent.is_some_and(|only| only != id) {
        return Err(Problem::forbidden("agent_not_allowed", "This API key may run another agent only."));
    }
    if app.store.find_agent(user.tenant_id, id).await?.is_some() {
        return Ok(id);
    }
    let now = app.clock.now();
    let agent = Agent {
        id,
        tenant_id: user.tenant_id,
        owner_user_id: user.user_id,
        name: NAME.to_owned(),
        system_prompt: String::new(),
        model: MODEL.to_owned(),
        llm_params: None,
        status: AgentStatus::Published,
        version: 1,
        created_at: now,
        updated_at: None,
    };
    Ok(app.store.create_agent(agent, user.audit("agent.create", "agent", id, now)).await?.id)
}
