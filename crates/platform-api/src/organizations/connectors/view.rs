use artel_connectors::request::path_shown;
use artel_connectors::schema::{Access, Connector, Grant, Operation, Scheme, Send, Text};
use artel_connectors::{Listed, account_schema, parameters_schema};
use artel_tools::bytes_of;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// A text for people in two languages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Title {
    ru: String,
    en: String,
}

/// An external service, in a line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConnectorLine {
    /// What agents and credentials name it by.
    key: String,
    title: Title,
    /// `shipped` with the product, added by the `operator`, or imported by the `organisation`.
    #[schema(schema_with = crate::document::connector_origin)]
    kind: &'static str,
    #[schema(value_type = Object)]
    auth: Value,
    /// How many operations it has.
    operations: usize,
}

/// An external service with all that can be asked of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConnectorView {
    key: String,
    title: Title,
    #[schema(schema_with = crate::document::connector_origin)]
    kind: &'static str,
    /// Base URLs by name; `{name}` stands for a member of the credential.
    #[schema(value_type = Object)]
    hosts: Value,
    /// How one signs in, and the JSON Schema of a credential's `secret`.
    #[schema(value_type = Object)]
    auth: Value,
    /// Operations that belong together. A grant may name a module.
    #[schema(value_type = Vec<Object>)]
    modules: Vec<Value>,
    /// Documented limits by name.
    #[schema(value_type = Object)]
    rate_limits: Value,
    /// What the service sends by itself; `null` when it sends nothing.
    #[schema(value_type = Option<Object>)]
    webhooks: Value,
}

pub(super) fn line(listed: &Listed) -> ConnectorLine {
    let connector = &listed.connector;
    ConnectorLine {
        key: connector.key.clone(),
        title: title(&connector.title),
        kind: listed.origin.as_str(),
        auth: json!({ "kind": auth_kind(connector) }),
        operations: connector.operations().count(),
    }
}

/// About how many bytes [`whole`] is, counted until they are many.
pub(super) fn bytes_of_whole(listed: &Listed) -> usize {
    /// Of an operation without its parameters.
    const OF_OPERATION: usize = 256;
    let operations = || listed.connector.operations().map(|(_, operation)| operation);
    let schemas = operations().flat_map(|operation| operation.parameters.iter().map(|(_, one)| &one.schema));
    bytes_of(schemas) + operations().count() * OF_OPERATION
}

pub(super) fn whole(listed: &Listed) -> ConnectorView {
    let connector = &listed.connector;
    let module = |module: &artel_connectors::schema::Module| {
        let operations: Vec<Value> = module.operations.iter().map(operation).collect();
        json!({ "key": module.key, "title": module.title, "operations": operations })
    };
    ConnectorView {
        key: connector.key.clone(),
        title: title(&connector.title),
        kind: listed.origin.as_str(),
        hosts: json!(connector.hosts),
        auth: json!({ "kind": auth_kind(connector), "schema": account_schema(connector) }),
        modules: connector.modules.iter().map(module).collect(),
        rate_limits: json!(connector.limits),
        webhooks: json!(connector.webhook),
    }
}

fn title(text: &Text) -> Title {
    Title { ru: text.ru.clone(), en: text.en.clone() }
}

fn operation(operation: &Operation) -> Value {
    json!({
        "key": operation.key,
        "summary": operation.summary,
        "method": operation.method,
        "path": path_shown(operation),
        "write": operation.access != Access::Read,
        "parameters": parameters_schema(operation),
    })
}

/// The word for the first way to sign in.
fn auth_kind(connector: &Connector) -> &'static str {
    let Some(scheme) = connector.auth.first() else { return "none" };
    if scheme.login.is_some() {
        return "session";
    }
    match scheme.oauth2.as_ref().map(|oauth2| oauth2.grant) {
        Some(Grant::ClientCredentials) => return "oauth2_client_credentials",
        Some(Grant::RefreshToken | Grant::AuthorizationCode) => return "oauth2_refresh",
        None => {}
    }
    sent(scheme)
}

fn sent(scheme: &Scheme) -> &'static str {
    let headers = scheme.send.iter().filter(|item| matches!(item, Send::Header { .. })).count();
    match scheme.send.first() {
        None => "url",
        Some(Send::Header { value, .. }) if String::from(value.clone()).starts_with("Bearer ") => "bearer",
        Some(Send::Header { .. }) if headers > 1 => "two_headers",
        Some(Send::Header { .. } | Send::HeadersOf { .. }) => "header",
        Some(Send::Basic { .. }) => "basic",
        Some(Send::Query { .. } | Send::QueryOf { .. }) => "query",
        Some(Send::Body { .. }) => "body",
    }
}
