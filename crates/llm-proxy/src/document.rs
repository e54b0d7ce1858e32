//! The OpenAPI document of the proxy: made from the handlers. Bodies are OpenAI's; members that are not named here are
//! handed on to providers of that protocol.

use std::sync::OnceLock;

use artel_http::openapi::{OperationFacts, Refusal, add_refusals, api_key, bearer, internal_key, tag};
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::{Components, OpenApi};
use utoipa::{OpenApi as Described, PartialSchema as _};

use crate::shapes::{CHAT, EMBEDDINGS, ErrorBody, ErrorMembers, HEALTH, MODELS};
use crate::{chat, embeddings, health, models};

/// The document.
pub fn openapi() -> OpenApi {
    let mut document = Proxy::openapi();
    "Artel: the LLM proxy".clone_into(&mut document.info.title);
    env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
    let about = "Every model of the installation behind OpenAI's API. `POST /chat/completions` is `POST \
                 /v1/chat/completions`.";
    document.info.description = Some(about.to_owned());
    (document.info.license, document.info.contact) = (None, None);
    document.tags = Some(vec![
        tag(CHAT, "Answers of models."),
        tag(EMBEDDINGS, "Vectors of texts."),
        tag(MODELS, "What can be called."),
        tag(HEALTH, "Is it there."),
    ]);
    let components = document.components.get_or_insert_with(Components::new);
    components.schemas.insert("Error".to_owned(), ErrorBody::schema());
    components.schemas.insert("ErrorMembers".to_owned(), ErrorMembers::schema());
    components.add_security_scheme("internal", internal_key());
    components.add_security_scheme("bearer", bearer("A token or an API key with the scope `llm:invoke`."));
    components.add_security_scheme("api_key", api_key());
    add_refusals(&mut document, "Error", &REFUSALS, &["internal", "bearer", "api_key"], occurs);
    document
}

#[derive(Described)]
#[openapi(paths(
    chat::create::create_chat_completion,
    embeddings::create_embeddings,
    models::list::list_models,
    models::get::get_model,
    models::list_llm::list_llm_models,
    health::check_health,
    health::get_metrics,
    get_document
))]
struct Proxy;

const REFUSALS: [Refusal; 9] = [
    refusal(400, "Invalid", "The request cannot be read, or a provider refuses it; `param` says where."),
    refusal(401, "Unauthenticated", "No credential, or one that is unknown, expired or revoked."),
    refusal(403, "Forbidden", "The scope `llm:invoke` is missing."),
    refusal(404, "UnknownModel", "Nobody knows such a model."),
    refusal(413, "TooLarge", "The request, or its prompt, is too large."),
    refusal(415, "WrongCoding", "The body is compressed."),
    refusal(429, "RateLimited", "Too many requests, here or at the provider; or the provider's credit is used up."),
    refusal(502, "ProviderFailed", "The provider failed, or its answer cannot be read."),
    refusal(503, "Unavailable", "The provider is not set up or is left alone for a while; or the database is away."),
];

const fn refusal(status: u16, name: &'static str, description: &'static str) -> Refusal {
    Refusal { status, name, description }
}

fn occurs(operation: OperationFacts<'_>, status: u16) -> bool {
    let OperationFacts { path, has_body, is_open, .. } = operation;
    match status {
        413 | 415 | 502 => has_body,
        404 => has_body || path.contains('{'),
        _ => !is_open,
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
