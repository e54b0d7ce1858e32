//! The OpenAPI document of the auth service: made from the handlers, with the forms that they read.

use std::sync::OnceLock;

use artel_http::openapi::{OperationFacts, Refusal, add_refusals, bearer, tag};
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, OpenApi, RefOr, Required};
use utoipa::{OpenApi as Described, PartialSchema as _};

use crate::shapes::{ErrorBody, FieldError, HEALTH, METADATA, PAGES, PEOPLE, TOKENS};
use crate::{authorize, health, introspect, logout, metadata, password, register, revoke, token, userinfo};

/// The document.
pub fn openapi() -> OpenApi {
    let mut document = Service::openapi();
    "Artel: the auth service".clone_into(&mut document.info.title);
    env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
    let about = "OAuth 2 and OpenID Connect: tokens for people and programs. Requests are forms, or JSON objects of \
                 texts; empty values count as absent.";
    document.info.description = Some(about.to_owned());
    (document.info.license, document.info.contact) = (None, None);
    document.tags = Some(vec![
        tag(TOKENS, "Tokens: issued, revoked, looked at."),
        tag(PEOPLE, "Accounts and their logins."),
        tag(PAGES, "What a browser is sent to."),
        tag(METADATA, "What programs find out by themselves."),
        tag(HEALTH, "Is it there."),
    ]);
    let components = document.components.get_or_insert_with(Components::new);
    components.schemas.insert("OAuthError".to_owned(), ErrorBody::schema());
    components.schemas.insert("FieldError".to_owned(), FieldError::schema());
    components.add_security_scheme("bearer", bearer("An access token of a person."));
    let basic = HttpBuilder::new().scheme(HttpAuthScheme::Basic).description(Some("A client's id and secret."));
    components.add_security_scheme("basic", SecurityScheme::Http(basic.build()));
    // Whoever logs out has nothing to say about it.
    let log_out = document.paths.paths.get_mut("/oauth/logout").and_then(|item| item.post.as_mut());
    if let Some(RefOr::T(body)) = log_out.and_then(|operation| operation.request_body.as_mut()) {
        body.required = Some(Required::False);
    }
    add_refusals(&mut document, "OAuthError", &REFUSALS, &["bearer"], occurs);
    document
}

#[derive(Described)]
#[openapi(paths(
    token::issue_token,
    revoke::revoke_token,
    introspect::introspect_token,
    userinfo::get_userinfo,
    userinfo::post_userinfo,
    logout::log_out,
    register::register_user,
    password::change_password,
    authorize::show_login,
    authorize::sign_in,
    metadata::get_jwks,
    metadata::get_server_metadata,
    health::check_health,
    health::get_metrics,
    health::get_root,
    get_document
))]
struct Service;

const REFUSALS: [Refusal; 9] = [
    refusal(400, "Malformed", "A parameter is missing, repeated or not valid; or the grant is."),
    refusal(401, "Unauthenticated", "The client, the password or the token is not valid."),
    refusal(403, "Forbidden", "Nobody can register here by themselves, or not with this invitation."),
    refusal(409, "Conflict", "There is such an account already."),
    refusal(413, "TooLarge", "The body is larger than 64 KiB."),
    refusal(415, "WrongCoding", "The body is compressed."),
    refusal(422, "Invalid", "A field is not what it must be; `field_errors` says which one."),
    refusal(429, "RateLimited", "Too many requests or failed logins; `Retry-After` says when to come back."),
    refusal(503, "Unavailable", "Something that the service depends on is away; try again."),
];

const fn refusal(status: u16, name: &'static str, description: &'static str) -> Refusal {
    Refusal { status, name, description }
}

fn occurs(operation: OperationFacts<'_>, status: u16) -> bool {
    let OperationFacts { path, has_body, is_open, .. } = operation;
    match status {
        400 | 413 | 415 => has_body,
        401 => !is_open,
        422 => path.contains("register") || path.contains("password"),
        429 | 503 => path.starts_with("/oauth"),
        _ => false,
    }
}

/// Read this document.
#[utoipa::path(get, path = "/openapi.json", tag = HEALTH, security(()),
    responses((status = OK, description = "OpenAPI 3.1.", body = Object)))]
pub(crate) async fn get_document() -> Response {
    static DOCUMENT: OnceLock<Bytes> = OnceLock::new();
    let document = DOCUMENT.get_or_init(|| serde_json::to_vec(&openapi()).unwrap_or_default().into());
    ([(CONTENT_TYPE, "application/json")], document.clone()).into_response()
}
