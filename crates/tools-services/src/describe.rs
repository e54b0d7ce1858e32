use std::sync::Arc;

use artel_catalogue::args::DescribeService;
use artel_connectors::parameters_schema;
use artel_connectors::request::path_shown;
use artel_connectors::schema::{Access as Kind, Connector, Module, Operation};
use artel_tools::{Builtin, CallContext, Programs, ToolError, ToolOutput, bytes_of};
use async_trait::async_trait;
use serde_json::{Value, json};

use crate::access::Access;
use crate::error::tell;
use crate::services::Services;

/// Says what a service can be asked to do.
pub(crate) struct DescribeServiceTool(pub(crate) Arc<Services>);

#[async_trait]
impl Builtin for DescribeServiceTool {
    const NAME: &'static str = "describe_service";
    type Args = DescribeService;

    async fn call(&self, context: &CallContext, args: DescribeService) -> Result<ToolOutput, ToolError> {
        let access = Access::of(&self.0, context).await?;
        let connector = access.connector(&self.0, &args.service).await?.connector;
        let bytes = bytes_of_answer(&connector, &args);
        let answer = move || answer(&connector, &args);
        Programs::of_process().by_size(context.tenant_id, bytes, answer).await?.map(ToolOutput::from)
    }
}

fn answer(connector: &Connector, args: &DescribeService) -> Result<Value, ToolError> {
    match (&args.operation, &args.module) {
        (Some(key), _) => {
            let (module, operation) = connector.operation(key).ok_or_else(|| unknown_operation(connector, key))?;
            Ok(whole(module, operation))
        }
        (None, Some(key)) => {
            let module = connector.modules.iter().find(|module| module.key == *key);
            let module = module.ok_or_else(|| unknown_module(connector, key))?;
            Ok(json!({ "service": connector.key, "modules": [of_module(module)] }))
        }
        (None, None) => Ok(of_connector(connector)),
    }
}

/// About how many bytes an answer has, counted until they are many.
fn bytes_of_answer(connector: &Connector, args: &DescribeService) -> usize {
    const OF_LINE: usize = 256;
    match &args.operation {
        Some(key) => connector
            .operation(key)
            .map_or(0, |(_, operation)| bytes_of(operation.parameters.iter().map(|(_, parameter)| &parameter.schema))),
        None => connector.operations().count() * OF_LINE,
    }
}

pub(crate) fn unknown_operation(connector: &Connector, key: &str) -> ToolError {
    let what = format!("operation: {} has no operation {key}", connector.key);
    tell("invalid_argument", &what, "describe_service lists its operations")
}

fn unknown_module(connector: &Connector, key: &str) -> ToolError {
    let known: Vec<&str> = connector.modules.iter().map(|module| module.key.as_str()).collect();
    let what = format!("module: {} has no module {key}", connector.key);
    tell("invalid_argument", &what, &format!("its modules are {}", known.join(", ")))
}

fn of_connector(connector: &Connector) -> Value {
    json!({
        "service": connector.key,
        "title": connector.title.en,
        "documentation": connector.documentation,
        "modules": connector.modules.iter().map(of_module).collect::<Vec<_>>(),
        "recipes": connector.recipes.iter().map(|recipe| json!({ "title": recipe.title.en, "steps": recipe.steps.en })).collect::<Vec<_>>(),
        "rate_limits": connector.limits,
    })
}

fn of_module(module: &Module) -> Value {
    let operations: Vec<Value> = module.operations.iter().map(line).collect();
    json!({ "key": module.key, "title": module.title.en, "operations": operations })
}

fn line(operation: &Operation) -> Value {
    json!({
        "key": operation.key,
        "summary": operation.summary.en,
        "method": operation.method,
        "path": path_shown(operation),
        "write": operation.access != Kind::Read,
    })
}

fn whole(module: &Module, operation: &Operation) -> Value {
    let mut shown = line(operation);
    shown["module"] = json!(module.key);
    shown["parameters"] = parameters_schema(operation);
    shown["pagination"] = json!(operation.paging);
    shown["deprecated"] = json!(operation.deprecated);
    shown["examples"] = json!(operation.examples);
    shown
}
