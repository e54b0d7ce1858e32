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
            components.responses.insert(name.to_owned(), RefOr::T(answer(status, description)));
        }
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("A token, or an API key."));
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
        components
            .add_security_scheme("api_key", SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("x-api-key"))));
        for (path, item) in &mut openapi.paths.paths {
            let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
            for operation in operations.into_iter().flatten() {
                complete(path, operation);
            }
        }
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

fn answer(status: u16, description: &str) -> Response {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
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
    let is_open = operation.security.is_some();
    if !is_open {
        operation.security = Some(vec![
            SecurityRequirement::new("bearer", Vec::<String>::new()),
            SecurityRequirement::new("api_key", Vec::<String>::new()),
        ]);
    }
    let has_body = operation.request_body.is_some();
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    let has_parameters = parameters.iter().any(|p| matches!(p, RefOr::T(p) if p.parameter_in != ParameterIn::Path));
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
