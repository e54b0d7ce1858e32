//! The OpenAPI documents of both surfaces: made from the handlers, with the shapes that derives cannot say.

use std::sync::OnceLock;

use artel_http::openapi::{OperationFacts, Refusal, add_refusals, bearer, internal_key, tag};
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::{Components, OpenApi};
use utoipa::{OpenApi as Described, PartialSchema as _, ToSchema};

use crate::{agents, approvals, events, fault, health, history, sessions, socket, stream};

/// The document of the gateway: its paths begin with `/api/v1`.
pub fn gateway_openapi() -> OpenApi {
    let mut document = Root::openapi().nest("/api/v1", Gateway::openapi());
    about(
        &mut document,
        "Artel: CodeLab's gateway",
        "Five agents for software development, for people and their editors.",
    );
    complete(&mut document, &["bearer", "api_key", "internal"]);
    document
}

/// The document of the agent runtime. Every path is served below `/api/v1` too.
pub fn runtime_openapi() -> OpenApi {
    let mut document = Runtime::openapi();
    let text = "The same agents, for the other services of an installation. `x-user-id` and `x-tenant-id` say for whom \
                a service asks. Every path is served below `/api/v1` too.";
    about(&mut document, "Artel: CodeLab's agent runtime", text);
    complete(&mut document, &["internal"]);
    document
}

#[derive(Described)]
#[openapi(paths(health::check_nginx))]
struct Root;

#[derive(Described)]
#[openapi(paths(
    sessions::create::create_session,
    sessions::list::list_sessions,
    sessions::get::get_session,
    sessions::rename::rename_session,
    sessions::delete::delete_session,
    history::get::get_history,
    approvals::list_pending,
    stream::decide::decide_call,
    agents::list::list_agents,
    agents::current::get_current,
    agents::switch::switch_agent,
    events::metrics::get_metrics,
    events::sessions::list_sessions_with_metrics,
    events::session_metrics::get_session_metrics,
    events::audit_log::list_audit_log,
    events::stats::get_stats,
    socket::connect::open_socket,
    health::check_gateway,
    health::get_metrics,
    get_gateway_document
))]
struct Gateway;

#[derive(Described)]
#[openapi(paths(
    sessions::create::create_session,
    sessions::list::list_sessions,
    sessions::get::get_nested_session,
    sessions::rename::rename_session,
    sessions::delete::delete_session,
    history::get::get_history,
    approvals::list_pending,
    stream::decide::decide_call,
    stream::message::stream_message,
    agents::list::list_agents,
    agents::current::get_current,
    agents::switch::switch_agent,
    events::metrics::get_metrics,
    events::sessions::list_sessions_with_metrics,
    events::session_metrics::get_session_metrics,
    events::audit_log::list_audit_log,
    events::stats::get_stats,
    health::check_runtime,
    health::get_metrics,
    get_runtime_document
))]
struct Runtime;

const REFUSALS: [Refusal; 10] = [
    refusal(400, "Malformed", "The request cannot be read, or one of its members is not what it must be."),
    refusal(401, "Unauthenticated", "No credential, or one that is unknown, expired or revoked."),
    refusal(403, "Forbidden", "The caller lacks the scope, or CodeLab is switched off in the organisation."),
    refusal(404, "NotFound", "The session is absent, another user's, or has ended; or there is nothing to tell of it."),
    refusal(409, "Conflict", "It exists already."),
    refusal(413, "TooLarge", "The body is too large."),
    refusal(415, "WrongType", "The body says to be something other than JSON."),
    refusal(422, "Invalid", "Well-formed but invalid; `field_errors` says where."),
    refusal(429, "RateLimited", "Too many requests; `Retry-After` says when to come back."),
    refusal(503, "Unavailable", "The database is not available; try again."),
];

const fn refusal(status: u16, name: &'static str, description: &'static str) -> Refusal {
    Refusal { status, name, description }
}

fn about(document: &mut OpenApi, title: &str, description: &str) {
    title.clone_into(&mut document.info.title);
    env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
    document.info.description = Some(description.to_owned());
    document.info.license = None;
    document.info.contact = None;
    document.tags = Some(vec![
        tag(sessions::TAG, "Users' dialogues."),
        tag(stream::TAG, "What clients say, and the frames that follow."),
        tag(approvals::TAG, "Calls and plans that wait for the user's word."),
        tag(agents::TAG, "The five agents, and whose turn it is."),
        tag(events::TAG, "What happened, read from the journal."),
        tag(health::TAG, "Is it there."),
    ]);
}

fn complete(document: &mut OpenApi, credentials: &[&str]) {
    let components = document.components.get_or_insert_with(Components::new);
    let mut schemas = Vec::new();
    <fault::Body as ToSchema>::schemas(&mut schemas);
    schemas.push(("Fault".to_owned(), fault::Body::schema()));
    components.schemas.extend(schemas);
    for name in credentials {
        let scheme = match *name {
            "bearer" => bearer("A token of the auth service or of the platform, or an API key."),
            "api_key" => artel_http::openapi::api_key(),
            _ => internal_key(),
        };
        components.add_security_scheme(*name, scheme);
    }
    add_refusals(document, "Fault", &REFUSALS, credentials, occurs);
}

fn occurs(operation: OperationFacts<'_>, status: u16) -> bool {
    let OperationFacts { path, has_body, has_parameters, is_open } = operation;
    match status {
        413 | 415 => has_body,
        400 | 401 | 403 | 429 | 503 => !is_open,
        404 => path.contains('{'),
        409 => false,
        422 => has_body || has_parameters,
        _ => true,
    }
}

/// Read this document.
#[utoipa::path(get, path = "/openapi.json", tag = health::TAG, security(()),
    responses((status = OK, description = "OpenAPI 3.1.", body = Object)))]
pub(crate) async fn get_gateway_document() -> Response {
    static DOCUMENT: OnceLock<Bytes> = OnceLock::new();
    written(&DOCUMENT, gateway_openapi)
}

/// Read this document.
#[utoipa::path(get, path = "/openapi.json", tag = health::TAG, security(()),
    responses((status = OK, description = "OpenAPI 3.1.", body = Object)))]
pub(crate) async fn get_runtime_document() -> Response {
    static DOCUMENT: OnceLock<Bytes> = OnceLock::new();
    written(&DOCUMENT, runtime_openapi)
}

fn written(kept: &OnceLock<Bytes>, make: fn() -> OpenApi) -> Response {
    let document = kept.get_or_init(|| serde_json::to_vec(&make()).unwrap_or_default().into());
    ([(CONTENT_TYPE, "application/json")], document.clone()).into_response()
}
