//! The OpenAPI document: made from the handlers, with the shapes that derives cannot say.

mod approval;
mod tool;
mod turn;

use artel_domain::names;
use artel_http::openapi::{CommonAnswers, tag};
use artel_identity::Scope;
use serde_json::json;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{Info, OpenApi, OpenApiBuilder, RefOr};
use utoipa::{IntoParams, Modify};

pub(crate) use artel_http::openapi::{Conflict, Invalid, NotFound, Unauthenticated};

use crate::routes;

/// The document, with `/v1` paths for everything that is versioned.
pub fn openapi() -> OpenApi {
    let mut document = base();
    document.merge(routes::unversioned().into_openapi());
    let mut versioned = routes::versioned();
    let document = document.nest("/v1", versioned.to_openapi());
    complete(document)
}

fn complete(mut document: OpenApi) -> OpenApi {
    approval::refine(&mut document);
    tool::refine(&mut document);
    turn::refine(&mut document);
    CommonAnswers.modify(&mut document);
    document
}

fn base() -> OpenApi {
    let about =
        "Define agents, give them tools, run them and watch them. Every path under `/v1` is served at the root too.";
    let info = Info::builder()
        .title("Artel: Agent Platform API")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(about))
        .build();
    let tags = [
        tag(crate::auth::TAG, "Tokens for API keys."),
        tag(crate::api_keys::TAG, "Keys that act as their creator, within their scopes."),
        tag(crate::agents::TAG, "Profiles: prompt, model, parameters, published versions."),
        tag(
            crate::builtin_agents::TAG,
            "Agents that every tenant has without making them, and what a tenant sets of them.",
        ),
        tag(crate::organizations::TAG, "An organisation's agents and what they may reach."),
        tag(crate::deliveries::TAG, "What external services send by themselves."),
        tag(crate::tools::TAG, "What a model may call."),
        tag(crate::bindings::TAG, "Which agent may use which tool, within which limits."),
        tag(crate::budgets::TAG, "What runs may cost."),
        tag(crate::runs::TAG, "Executions of an agent, from one input to one final answer."),
        tag(crate::approvals::TAG, "Tool calls that wait for a human, and which ones do."),
        tag(crate::forms::TAG, "Questions of runs to their users."),
        tag(crate::sessions::TAG, "Dialogues."),
        tag(crate::tasks::TAG, "What agents do by themselves: by a schedule, an event, or a hand."),
        tag(
            crate::skills::TAG,
            "Ways of working that agents follow: folders with a `SKILL.md`, as agentskills.io describes.",
        ),
        tag(crate::memory::TAG, "What agents keep for users, and users for themselves."),
        tag(crate::documents::TAG, "Files whose text is searched and cited."),
        tag(crate::workspace::TAG, "Files of sessions: what tools work on."),
        tag(crate::artifacts::TAG, "Files that users send and tools make."),
        tag(crate::audit::TAG, "Who did what."),
        tag(crate::usage::TAG, "What models were used for, and what that cost."),
        tag(crate::webhooks::TAG, "What your own servers are told of."),
        tag(crate::health::TAG, "Is it there."),
    ];
    OpenApiBuilder::new().info(info).tags(Some(tags)).build()
}

/// The header that makes a POST repeatable.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "read by `Attempt`; this is its description")]
pub(crate) struct IdempotencyKey {
    /// A second request with the same key and body within 24 hours gets the answer of the first one.
    #[param(
        rename = "Idempotency-Key",
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = "^[!-~]([ -~]*[!-~])?$"
    )]
    key: Option<String>,
}

/// One of a few words.
pub(crate) fn one_of(words: &[&str]) -> Schema {
    let words = words.iter().map(|word| json!(word));
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build().into()
}

/// The category of a tool of the catalogue.
pub(crate) fn category() -> Schema {
    one_of(&["read", "write", "external", "llm", "code_execution"])
}

/// What the result of a tool of the catalogue is.
pub(crate) fn result_type() -> Schema {
    one_of(&["authoritative", "contextual", "action", "metadata", "status"])
}

fn nullable(kind: Type) -> SchemaType {
    SchemaType::from_iter([kind, Type::Null])
}

pub(crate) fn anything() -> Schema {
    ObjectBuilder::new().schema_type(SchemaType::AnyValue).build().into()
}

/// What an agent or a tool is called.
pub(crate) fn name() -> Schema {
    name_of(Type::String.into())
}

/// The same where there may be none.
pub(crate) fn maybe_name() -> Schema {
    name_of(nullable(Type::String))
}

/// What people call a session, where there may be no title.
pub(crate) fn maybe_title() -> Schema {
    text_of(nullable(Type::String), 500)
}

fn name_of(kind: SchemaType) -> Schema {
    text_of(kind, 200)
}

fn text_of(kind: SchemaType, longest: usize) -> Schema {
    ObjectBuilder::new()
        .schema_type(kind)
        .description(Some("Without control characters and invisible characters."))
        .pattern(Some(names::schema_pattern()))
        .min_length(Some(1))
        .max_length(Some(longest))
        .build()
        .into()
}

pub(crate) fn model_name() -> Schema {
    ObjectBuilder::new()
        .schema_type(nullable(Type::String))
        .description(Some("`provider:model`, as the pattern says. What the operator has set up besides, `custom:<name>`, is accepted too."))
        .pattern(Some(MODEL_PATTERN))
        .max_length(Some(200))
        .examples([json!("openai:gpt-4o-mini"), json!("demo:echo")])
        .build()
        .into()
}

/// What every installation knows.
const MODEL_PATTERN: &str = "^((openai|anthropic|ollama):[!-~]{1,100}|demo:(echo|slow|silent|long|loop|fail))$";

pub(crate) fn connector_keys() -> Schema {
    let key = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("The pattern has the keys that every installation knows; the operator may add others."))
        .pattern(Some(CONNECTOR_PATTERN))
        .examples([json!("telegram")]);
    ArrayBuilder::new().items(key).max_items(Some(500)).build().into()
}

/// What every installation knows.
const CONNECTOR_PATTERN: &str =
    "^(bitrix24|diadoc|github|gitlab|http|jsonrpc|one_c_odata|ozon|sbis|telegram|wildberries|yandex_market)$";

/// The key of one connector.
pub(crate) fn connector_key() -> Schema {
    let key = ObjectBuilder::new().schema_type(Type::String).pattern(Some(CONNECTOR_PATTERN));
    key.description(Some("The pattern has the keys that every installation knows; the operator may add others.")).into()
}

/// A document that is cut out of its request.
pub(crate) fn openapi_document() -> Schema {
    let about = "At most 8 MiB. YAML stands in a text.";
    let kinds = SchemaType::from_iter([Type::Object, Type::String, Type::Null]);
    ObjectBuilder::new().schema_type(kinds).description(Some(about)).build().into()
}

/// Where a connector comes from.
pub(crate) fn connector_origin() -> Schema {
    one_of(&["shipped", "operator", "organisation"])
}

/// What a grant covers.
pub(crate) fn grant_scopes() -> Schema {
    let about = "`read` and `write` are `true`, `false` or `\"ask\"`: a human decides about each call. Other members are \
                 modules of the connector, and `events`: what its service sends by webhooks. What is not named is \
                 allowed; once a module is named as allowed, those that are not named are forbidden.";
    let consent = || {
        ObjectBuilder::new().schema_type(SchemaType::AnyValue).enum_values(Some([
            json!(true),
            json!(false),
            json!("ask"),
        ]))
    };
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some(about))
        .property("read", consent())
        .property("write", consent())
        .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        .examples([json!({ "read": true, "write": "ask" })])
        .build()
        .into()
}

pub(crate) fn timeout() -> Schema {
    ObjectBuilder::new()
        .schema_type(nullable(Type::Integer))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .description(Some("Milliseconds; at most `TOOL_MAX_TIMEOUT_MS` (60000 unless the operator says otherwise)."))
        .minimum(Some(1))
        .maximum(Some(60_000))
        .build()
        .into()
}

pub(crate) fn rate_limit() -> Schema {
    ObjectBuilder::new()
        .schema_type(nullable(Type::String))
        .pattern(Some("^[1-9][0-9]{0,8}/(second|minute|hour|day)$"))
        .examples([json!("10/minute")])
        .build()
        .into()
}

pub(crate) fn domains() -> Schema {
    let host = ObjectBuilder::new()
        .schema_type(Type::String)
        .max_length(Some(253))
        .format(Some(SchemaFormat::Custom("hostname".into())));
    let array = ArrayBuilder::new().schema_type(nullable(Type::Array)).items(host).max_items(Some(100));
    array.examples([json!(["api.example.com"])]).build().into()
}

pub(crate) fn secret_name() -> Schema {
    ObjectBuilder::new().schema_type(nullable(Type::String)).pattern(Some("^[A-Za-z0-9_.-]{1,200}$")).build().into()
}

pub(crate) fn scopes() -> Schema {
    let scope = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Scope::ALL.map(Scope::as_str)));
    ArrayBuilder::new().items(scope).min_items(Some(1)).max_items(Some(32)).build().into()
}

pub(crate) fn call_state_or_null() -> RefOr<Schema> {
    let states = [json!("succeeded"), json!("failed"), json!("unknown"), json!(null)];
    ObjectBuilder::new().schema_type(nullable(Type::String)).enum_values(Some(states)).into()
}

/// What every accepted schema looks like; the server checks the rest (2020-12, safe to run).
pub(crate) fn input_schema() -> Schema {
    schema_object(Type::Object.into())
}

pub(crate) fn input_schema_or_null() -> Schema {
    schema_object(nullable(Type::Object))
}

fn schema_object(kind: SchemaType) -> Schema {
    let constant = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([json!("object")]));
    let identifier = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Za-z_][A-Za-z0-9_]*$"));
    let properties = ObjectBuilder::new().property_names(Some(Schema::from(identifier))).additional_properties(Some(
        AdditionalProperties::RefOr(RefOr::T(
            ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::Object, Type::Boolean])).build().into(),
        )),
    ));
    ObjectBuilder::new()
        .schema_type(kind)
        .description(Some("JSON Schema (2020-12) of `type: object` whose property names are Python identifiers."))
        .property("type", constant)
        .required("type")
        .property("properties", properties)
        .examples([json!({"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]})])
        .build()
        .into()
}

const URL_PATTERN: &str = concat!(
    r"^https?://([a-z]([a-z0-9-]{0,30}[a-z0-9])?\.){0,5}[a-z]([a-z0-9-]{0,30}[a-z0-9])?(:[1-9][0-9]{0,3})?",
    r"(/[a-z0-9._~{}-]{0,50}){0,10}(\?[a-z0-9=&]{0,50})?$"
);
const JMESPATH_PATTERN: &str = r"^(@|\*|[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*|\[[0-9]{1,4}\]){0,20})$";

pub(crate) fn url() -> Schema {
    ObjectBuilder::new()
        .schema_type(nullable(Type::String))
        .pattern(Some(URL_PATTERN))
        .description(Some("An http or https URL without user, password or fragment. The pattern shows the usual form."))
        .max_length(Some(2000))
        .examples([json!("https://api.example.com/v1/weather")])
        .build()
        .into()
}

pub(crate) fn jmespath() -> Schema {
    ObjectBuilder::new()
        .schema_type(nullable(Type::String))
        .description(Some("A JMESPath expression. The pattern shows the usual form."))
        .pattern(Some(JMESPATH_PATTERN))
        .max_length(Some(1024))
        .examples([json!("data.items[0].name")])
        .build()
        .into()
}

pub(crate) fn headers() -> Schema {
    let value = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[!-~]([ -~]*[!-~])?$"));
    ObjectBuilder::new()
        .schema_type(nullable(Type::Object))
        .property_names(Some(Schema::from(
            ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Za-z0-9_-]{1,100}$")),
        )))
        .additional_properties(Some(AdditionalProperties::RefOr(RefOr::T(value.build().into()))))
        .build()
        .into()
}
