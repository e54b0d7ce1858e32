//! All routes. Each is registered together with its description, so that the document and the router cannot differ.

use artel_http::limits::{admit, admit_runs, admit_strangers};
use artel_http::surface;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{
    App, agents, api_keys, approval_rules, approvals, artifacts, audit, auth, bindings, budgets, builtin_agents,
    deliveries, docs, documents, forms, health, imports, memory, organizations, runs, sessions, skills, tasks,
    tool_catalogue, tools, turns, usage, webhooks, workspace,
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
    let known =
        Router::from(resources()).merge(memory::deep_files()).merge(starts).layer(from_fn_with_state(gate(), admit));
    let strangers = Router::from(sign_in()).layer(from_fn_with_state(gate(), admit_strangers));
    // Hooks are counted each for itself, by the handler.
    let api = known.merge(strangers).merge(Router::from(hooks()));
    let open = Router::from(probes()).merge(docs::routes());
    let api = api.merge(
        Router::from(uploads())
            .merge(workspace::deep_files())
            .layer(DefaultBodyLimit::max(LARGEST_FORM))
            .layer(from_fn_with_state(gate(), admit)),
    );
    let api = api.merge(
        Router::from(document_imports())
            .layer(DefaultBodyLimit::max(imports::LARGEST_BODY))
            .layer(from_fn_with_state(gate(), admit)),
    );
    let api = api.merge(
        Router::from(skill_uploads())
            .layer(DefaultBodyLimit::max(skills::LARGEST_BODY))
            .layer(from_fn_with_state(gate(), admit)),
    );
    Router::new().nest("/v1", api.clone()).merge(api).merge(open).with_state(app)
}

/// What is described under `/v1`.
pub(crate) fn versioned() -> OpenApiRouter<App> {
    resources().merge(run_starts()).merge(uploads()).merge(document_imports()).merge(skill_uploads()).merge(hooks())
}

/// What is described at the root.
pub(crate) fn unversioned() -> OpenApiRouter<App> {
    sign_in().merge(probes())
}

/// Each resource registers its own operations.
fn resources() -> OpenApiRouter<App> {
    let resources = vec![
        api_keys::routes(),
        agents::routes(),
        builtin_agents::routes(),
        tools::routes(),
        tool_catalogue::routes(),
        bindings::routes(),
        budgets::routes(),
        runs::routes(),
        approvals::routes(),
        forms::routes(),
        approval_rules::routes(),
        sessions::routes(),
        turns::routes(),
        tasks::routes(),
        memory::routes(),
        skills::routes(),
        documents::routes(),
        workspace::routes(),
        artifacts::routes(),
        audit::routes(),
        usage::routes(),
        webhooks::routes(),
        organizations::routes(),
    ];
    resources.into_iter().fold(OpenApiRouter::default(), OpenApiRouter::merge)
}

/// Documents may be larger than other bodies.
fn document_imports() -> OpenApiRouter<App> {
    OpenApiRouter::default().routes(routes!(organizations::connectors::import::import_connector))
}

/// Zips of skills may be larger than other bodies. What is listed stands with what is sent: it is one path.
fn skill_uploads() -> OpenApiRouter<App> {
    OpenApiRouter::default().routes(routes!(skills::list::list_skills, skills::create::create_skill))
}

/// Services deliver here; the token in the path is their only credential.
fn hooks() -> OpenApiRouter<App> {
    OpenApiRouter::default().routes(routes!(deliveries::receive::receive_delivery))
}

/// Files may be larger than other bodies.
fn uploads() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(artifacts::create::create_artifact))
        .routes(routes!(documents::create::create_document))
        .routes(routes!(
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
        .routes(routes!(tasks::run::run_task))
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
