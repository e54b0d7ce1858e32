use std::process::ExitCode;

use artel_connectors::request::path_shown;
use artel_connectors::schema::{Access, Connector, Operation};
use artel_connectors::{account_schema, parameters_schema};
use serde_json::json;

use crate::output;

/// Prints a connector as JSON: what an agent is told of it, and what a credential must hold.
pub(super) fn run(key: &str) -> anyhow::Result<ExitCode> {
    let connector = super::named(key)?;
    output::json(&shown(&connector))?;
    Ok(ExitCode::SUCCESS)
}

fn shown(connector: &Connector) -> serde_json::Value {
    let modules: Vec<_> = connector
        .modules
        .iter()
        .map(|module| {
            let operations: Vec<_> = module.operations.iter().map(operation).collect();
            json!({"key": module.key, "title": module.title, "operations": operations})
        })
        .collect();
    let ways: Vec<&str> = connector.auth.iter().map(|scheme| scheme.key.as_str()).collect();
    json!({
        "key": connector.key,
        "title": connector.title,
        "hosts": connector.hosts,
        "auth": {"ways": ways, "schema": account_schema(connector)},
        "modules": modules,
        "rate_limits": connector.limits,
        "webhooks": connector.webhook,
        "recipes": connector.recipes,
    })
}

fn operation(operation: &Operation) -> serde_json::Value {
    json!({
        "key": operation.key,
        "summary": operation.summary,
        "method": operation.method,
        "path": path_shown(operation),
        "write": operation.access != Access::Read,
        "parameters": parameters_schema(operation),
    })
}
