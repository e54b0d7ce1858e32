//! Agents: profiles and their published versions.

pub(crate) mod clone;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod get_version;
pub(crate) mod list;
pub(crate) mod list_versions;
pub(crate) mod publish;
pub(crate) mod rollback;
pub(crate) mod update;

use artel_domain::Agent;
use artel_http::Problem;
use artel_llm::Models;
use artel_tools::bytes_of;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(crate) const TAG: &str = "agents";

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(create::create_agent, list::list_agents))
        .routes(routes!(get::get_agent, update::update_agent, delete::delete_agent))
        .routes(routes!(publish::publish_agent))
        .routes(routes!(list_versions::list_agent_versions))
        .routes(routes!(get_version::get_agent_version))
        .routes(routes!(rollback::rollback_agent))
        .routes(routes!(clone::clone_agent))
}

/// About how many bytes of JSON it is.
pub(crate) fn bytes_of_agent(agent: &Agent) -> usize {
    let texts = agent.system_prompt.len() + agent.description.as_ref().map_or(0, String::len);
    texts + bytes_of(&agent.llm_params)
}

/// The name as it is kept, when its provider is known.
pub(crate) fn known_model(models: &Models, name: &str) -> Result<String, Problem> {
    match models.check(name) {
        Ok(known) => Ok(known.to_string()),
        Err(unknown) => Err(Problem::invalid_field("model", unknown.to_string())),
    }
}
