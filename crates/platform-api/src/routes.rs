//! All routes. Each is registered together with its description, so that the document and the router cannot differ.

use artel_http::limits::{admit, admit_runs, admit_strangers};
use artel_http::surface;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{
    App, agents, api_keys, approval_rules, approvals, artifacts, audit, auth, bindings, budgets, builtin_agents, docs,
    forms, health, organizations, runs, sessions, tool_catalogue, tools, turns, usage, workspace,
};

/// A file with what is around it in a form.
const LARGEST_FORM: usize = artel_artifacts::LARGEST as usize + 64 * 1024;

/// The finished surface: routes, fallbacks, trace ids.
pub fn router(app: App) -> Router {
    let clock = app.clock.clone();
    surface(routes(app), clock)
}

/// The routes without what [`surface()`] puts around them, for a server that has more of them.
pub fn routes(app: App) -> Router {
    let gate = || app.gate.clone();
    let starts = Router::from(run_starts()).layer(from_fn_with_state(gate(), admit_runs));
    let known = Router::from(resources()).merge(starts).layer(from_fn_with_state(gate(), admit));
    let strangers = Router::from(sign_in()).layer(from_fn_with_state(gate(), admit_strangers));
    let api = known.merge(strangers);
    let open = Router::from(probes()).merge(docs::routes());
    let api = api.merge(
        Router::from(uploads())
            .merge(workspace::deep_files())
            .layer(DefaultBodyLimit::max(LARGEST_FORM))
            .layer(from_fn_with_state(gate(), admit)),
    );
    Router::new().nest("/v1", api.clone()).merge(api).merge(open).with_state(app)
}

/// What is described under `/v1`.
pub(crate) fn versioned() -> OpenApiRouter<App> {
    resources().merge(run_starts()).merge(uploads())
}

/// What is described at the root.
pub(crate) fn unversioned() -> OpenApiRouter<App> {
    sign_in().merge(probes())
}

fn resources() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(api_keys::create::create_api_key, api_keys::list::list_api_keys))
        .routes(routes!(api_keys::revoke::revoke_api_key))
        .routes(routes!(agents::create::create_agent, agents::list::list_agents))
        .routes(routes!(agents::get::get_agent, agents::update::update_agent, agents::delete::delete_agent))
        .routes(routes!(agents::publish::publish_agent))
        .routes(routes!(agents::list_versions::list_agent_versions))
        .routes(routes!(agents::get_version::get_agent_version))
        .routes(routes!(agents::rollback::rollback_agent))
        .routes(routes!(agents::clone::clone_agent))
        .routes(routes!(builtin_agents::list::list_builtin_agents))
        .routes(routes!(builtin_agents::get::get_builtin_agent, builtin_agents::update::update_builtin_agent))
        .routes(routes!(tools::create::create_tool, tools::list::list_tools))
        .routes(routes!(tool_catalogue::list::list_catalogue_tools))
        .routes(routes!(tool_catalogue::get::get_catalogue_tool))
        .routes(routes!(tools::get::get_tool, tools::update::update_tool, tools::delete::delete_tool))
        .routes(routes!(tools::test::test_tool))
        .routes(routes!(bindings::list::list_bindings))
        .routes(routes!(
            bindings::create::create_binding,
            bindings::update::update_binding,
            bindings::delete::delete_binding
        ))
        .routes(routes!(budgets::get_budget::get_budget, budgets::put_budget::put_budget))
        .routes(routes!(budgets::get_agent_budget::get_agent_budget, budgets::put_agent_budget::put_agent_budget))
        .routes(routes!(runs::list::list_runs))
        .routes(routes!(runs::get::get_run))
        .routes(routes!(runs::events::list_run_events))
        .routes(routes!(runs::cancel::cancel_run))
        .routes(routes!(approvals::list::list_approvals))
        .routes(routes!(approvals::get::get_approval))
        .routes(routes!(approvals::decide::decide_approval))
        .routes(routes!(forms::list::list_forms))
        .routes(routes!(forms::get::get_form))
        .routes(routes!(forms::answer::answer_form))
        .routes(routes!(approval_rules::get::get_approval_rules, approval_rules::put::put_approval_rules))
        .routes(routes!(sessions::list_messages::list_session_messages))
        .routes(routes!(sessions::list::list_sessions))
        .routes(routes!(sessions::get::get_session, sessions::update::update_session, sessions::delete::delete_session))
        .routes(routes!(turns::stream::stream_session))
        .routes(routes!(turns::cancel::cancel_turn))
        .routes(routes!(turns::input::answer_turn))
        .routes(routes!(workspace::list::list_workspace_files))
        .routes(routes!(artifacts::get::get_artifact, artifacts::delete::delete_artifact))
        .routes(routes!(artifacts::get_meta::get_artifact_meta))
        .routes(routes!(artifacts::link::link_artifact))
        .routes(routes!(audit::list::list_audit))
        .routes(routes!(usage::list::list_usage))
        .merge(organization())
}

fn organization() -> OpenApiRouter<App> {
    use organizations::agents;
    OpenApiRouter::default()
        .routes(routes!(agents::create::create_organization_agent, agents::list::list_organization_agents))
        .routes(routes!(
            agents::get::get_organization_agent,
            agents::update::update_organization_agent,
            agents::delete::delete_organization_agent
        ))
        .routes(routes!(agents::put_connectors::put_agent_connectors))
        .merge(services())
}

/// Of an organisation: connectors, credentials, grants.
fn services() -> OpenApiRouter<App> {
    use organizations::{connectors, credentials, grants};
    OpenApiRouter::default()
        .routes(routes!(connectors::list::list_connectors))
        .routes(routes!(connectors::get::get_connector))
        .routes(routes!(credentials::create::create_credential, credentials::list::list_credentials))
        .routes(routes!(
            credentials::get::get_credential,
            credentials::update::update_credential,
            credentials::delete::delete_credential
        ))
        .routes(routes!(credentials::test::test_credential))
        .routes(routes!(grants::available::list_available_credentials))
        .routes(routes!(grants::create::create_grant, grants::list::list_grants))
        .routes(routes!(grants::update::update_grant, grants::delete::delete_grant))
}

/// Files may be larger than other bodies.
fn uploads() -> OpenApiRouter<App> {
    OpenApiRouter::default().routes(routes!(artifacts::create::create_artifact)).routes(routes!(
        workspace::get::get_workspace_file,
        workspace::put::put_workspace_file,
        workspace::delete::delete_workspace_file
    ))
}

/// Runs cost more than reading: they have a limit of their own.
fn run_starts() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(runs::create::create_run))
        .routes(routes!(runs::stream::stream_run))
        .routes(routes!(turns::start::start_turn))
}

fn sign_in() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(auth::token::issue_token))
        .routes(routes!(auth::test_token::issue_test_token))
}

fn probes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(health::process::check_health))
        .routes(routes!(health::database::check_database))
        .routes(routes!(health::metrics::get_metrics))
        .routes(routes!(docs::jwks::get_jwks))
        .routes(routes!(docs::openapi::get_openapi))
}
