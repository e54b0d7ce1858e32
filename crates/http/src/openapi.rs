//! What every operation of every surface may answer, added to the document in one place.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Components, Content, Header, OpenApi, Ref, RefOr, Response, ResponseBuilder, SecurityRequirement, Tag,
};
use utoipa::{Modify, ToResponse, ToSchema};

use crate::{FieldError, ProblemBody};

/// Adds the common answers, the credentials and the error body to a document. Apply it last.
#[derive(Debug, Clone, Copy)]
pub struct CommonAnswers;

const ANSWERS: [(u16, &str, &str); 11] = [
    (
        400,
        "Malformed",
        "The request cannot be read: not JSON, not UTF-8, cut off. Of agents also: a built-in agent cannot be changed.",
    ),
    (401, "Unauthenticated", "No credential, or one that is unknown, expired or revoked."),
    (403, "Forbidden", "The caller is known but lacks the scope, or a policy forbids it."),
    (
        404,
        "NotFound",
        "Absent, deleted, or another tenant's: nobody can tell these apart. Ids that are not UUIDs are absent too.",
    ),
    (409, "Conflict", "It exists already, is stale, or a request with the same Idempotency-Key is under way."),
    (413, "TooLarge", "The body is larger than 1 MiB."),
    (415, "WrongType", "The body says to be something other than JSON."),
    (422, "Invalid", "Well-formed but invalid; `field_errors` says where."),
    (429, "RateLimited", "Too many requests; `Retry-After` says when to come back."),
    (500, "ServerError", "Something went wrong on our side; the log has it under `trace_id`."),
    (503, "Unavailable", "The database is not available; try again."),
];

impl Modify for CommonAnswers {
    fn modify(&self, openapi: &mut OpenApi) {
        let components = openapi.components.get_or_insert_with(Components::new);
        let mut schemas = Vec::new();
        <ProblemBody as ToSchema>::schemas(&mut schemas);
        schemas.push(("Problem".to_owned(), <ProblemBody as utoipa::PartialSchema>::schema()));
        schemas.push(("FieldError".to_owned(), <FieldError as utoipa::PartialSchema>::schema()));
        components.schemas.extend(schemas);
        for (status, name, description) in ANSWERS {
            components.responses.insert(name.to_owned(), RefOr::T(answer(status, description, "Problem")));
        }
        components.add_security_scheme("bearer", bearer("A token, or an API key."));
        components.add_security_scheme("api_key", api_key());
        each_operation(openapi, complete);
    }
}

/// An answer that many operations of a surface may give.
#[derive(Debug, Clone, Copy)]
pub struct Refusal {
    pub status: u16,
    /// Its name among the document's responses.
    pub name: &'static str,
    pub description: &'static str,
}

/// Describes an operation to whoever decides what it may answer.
#[derive(Debug, Clone, Copy)]
pub struct OperationFacts<'a> {
    pub path: &'a str,
    pub has_body: bool,
    /// It has parameters that are not part of the path.
    pub has_parameters: bool,
    /// It says `security(())`: everybody may ask.
    pub is_open: bool,
}

/// Adds refusals to the operations of a surface whose errors have a shape of their own. What an operation says itself
/// stays. Operations that name no credentials get those of the surface.
///
/// * `body`: the name of the schema that all of them have.
/// * `credentials`: the names of the surface's security schemes; one of them suffices.
pub fn add_refusals(
    openapi: &mut OpenApi,
    body: &str,
    refusals: &[Refusal],
    credentials: &[&str],
    occurs: impl Fn(OperationFacts<'_>, u16) -> bool,
) {
    let components = openapi.components.get_or_insert_with(Components::new);
    for Refusal { status, name, description } in refusals {
        components.responses.insert((*name).to_owned(), RefOr::T(answer(*status, description, body)));
    }
    each_operation(openapi, |path, operation| {
        let facts = facts(path, operation);
        for Refusal { status, name, .. } in refusals.iter().filter(|refusal| occurs(facts, refusal.status)) {
            let reference = RefOr::Ref(Ref::from_response_name(*name));
            operation.responses.responses.entry(status.to_string()).or_insert(reference);
        }
        if operation.security.is_none() {
            let one = |name: &&str| SecurityRequirement::new(*name, Vec::<String>::new());
            operation.security = Some(credentials.iter().map(one).collect());
        }
    });
}

/// A bearer token as a security scheme.
pub fn bearer(description: &str) -> SecurityScheme {
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").description(Some(description));
    SecurityScheme::Http(scheme.build())
}

/// An API key as a security scheme.
pub fn api_key() -> SecurityScheme {
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("x-api-key")))
}

/// The key of the services of one installation as a security scheme.
pub fn internal_key() -> SecurityScheme {
    let about = "The key of the services of one installation.";
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description("x-internal-auth", about)))
}

fn each_operation(openapi: &mut OpenApi, mut change: impl FnMut(&str, &mut Operation)) {
    for (path, item) in &mut openapi.paths.paths {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            change(path, operation);
        }
    }
}

fn facts<'a>(path: &'a str, operation: &Operation) -> OperationFacts<'a> {
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    let has_parameters = parameters.iter().any(|p| matches!(p, RefOr::T(p) if p.parameter_in != ParameterIn::Path));
    OperationFacts {
        path,
        has_body: operation.request_body.is_some(),
        has_parameters,
        is_open: operation.security.is_some(),
    }
}

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        /// By name: [`CommonAnswers`] adds what it stands for.
        impl<'r> ToResponse<'r> for $name {
            fn response() -> (&'r str, RefOr<Response>) {
                (stringify!($name), RefOr::Ref(Ref::from_response_name(stringify!($name))))
            }
        }
    )*};
}

answers! {
    /// For operations where 401 is not about the caller's own credential.
    Unauthenticated,
    /// For operations whose body names something that may be absent.
    NotFound,
    /// For operations that can find something in the way.
    Conflict,
    /// For operations without a body whose path may be refused.
    Invalid
}

/// A section of the document.
pub fn tag(name: &str, description: &str) -> Tag {
    let mut tag = Tag::new(name);
    tag.description = Some(description.to_owned());
    tag
}

fn answer(status: u16, description: &str, body: &str) -> Response {
    let content = Content::new(Some(Ref::from_schema_name(body)));
    let response = ResponseBuilder::new().description(description).content("application/json", content);
    let response = response.header("x-trace-id", header("The request's trace id.", Type::String));
    match status {
        401 => response.header("WWW-Authenticate", header("How to authenticate.", Type::String)),
        429 | 503 => response.header("Retry-After", header("Seconds to wait.", Type::Integer)),
        _ => response,
    }
    .build()
}

fn header(description: &str, kind: Type) -> Header {
    HeaderBuilder::new().schema(Some(ObjectBuilder::new().schema_type(kind))).description(Some(description)).build()
}

/// An operation that says `security(())` is open to everyone; every other one asks for a credential.
fn complete(path: &str, operation: &mut Operation) {
    let OperationFacts { has_body, has_parameters, is_open, .. } = facts(path, operation);
    if !is_open {
        operation.security = Some(vec![
            SecurityRequirement::new("bearer", Vec::<String>::new()),
            SecurityRequirement::new("api_key", Vec::<String>::new()),
        ]);
    }
    let is_exempt = path.starts_with("/health") || path.starts_with("/.well-known");
    for (status, name, _) in ANSWERS {
        let occurs = match status {
            400 => has_body || path.contains("/agents/{agent_id}"),
            413 | 415 => has_body,
            401 | 403 => !is_open,
            404 => path.contains('{'),
            409 => false,
            422 => has_body || has_parameters,
            429 | 503 => !is_exempt,
            _ => true,
        };
        if occurs {
            let reference = RefOr::Ref(Ref::from_response_name(name));
            operation.responses.responses.entry(status.to_string()).or_insert(reference);
        }
    }
}
