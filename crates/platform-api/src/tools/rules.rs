//! What must hold for every tool, however it came to be as it is.

use std::sync::Arc;

use artel_domain::{EffectClass, ExecutionType, ToolDefinition};
use artel_egress::check_endpoint;
use artel_http::Faults;
use artel_tools::{BrokeOff, Programs, Registry, check_headers, check_schema, check_transform, function_name};

const LONGEST_URL: usize = 2000;
/// A day.
const LONGEST_CACHE_SECONDS: u32 = 86_400;

/// What is wrong with a tool as it would be kept. To find it out is one of the tenant's programs, because a schema is
/// compiled.
///
/// # Arguments
/// * `tools`: knows the built-in ones.
pub(super) async fn check(tools: &Arc<Registry>, tool: &ToolDefinition) -> Faults {
    let (tools, tool, tenant) = (tools.clone(), tool.clone(), tool.tenant_id);
    let found = Programs::of_process().run(tenant, move |_| Ok::<_, BrokeOff>(faults(&tools, &tool))).await;
    found.unwrap_or_else(|broke_off| {
        let mut faults = Faults::default();
        faults.add("input_schema", broke_off.to_string());
        faults
    })
}

fn faults(tools: &Registry, tool: &ToolDefinition) -> Faults {
    let mut faults = Faults::default();
    for problem in check_schema(&tool.input_schema).err().unwrap_or_default() {
        faults.add(format!("input_schema{}", dotted(&problem.path)), problem.message);
    }
    match (tool.execution_type, &tool.endpoint) {
        (ExecutionType::Internal, _) => check_internal(&mut faults, tools, tool),
        (ExecutionType::HttpWebhook, None) => faults.add("endpoint", "is missing: an http_webhook needs one"),
        (ExecutionType::HttpWebhook, Some(endpoint)) => check_url(&mut faults, "endpoint", endpoint),
    }
    match &tool.status_endpoint {
        None if tool.effect == EffectClass::Verifiable => {
            faults.add("status_endpoint", "is missing: a verifiable tool needs one");
        }
        None => {}
        Some(endpoint) => check_url(&mut faults, "status_endpoint", endpoint),
    }
    if let Some(Err(message)) = tool.response_transform.as_deref().map(check_transform) {
        faults.add("response_transform", message);
    }
    if let Err(message) = check_headers(&tool.custom_headers) {
        faults.add("custom_headers", message);
    }
    check_cache(&mut faults, tool);
    faults
}

/// An internal function may answer by the session, the account or the grants of its caller, so only webhooks are kept.
fn check_cache(faults: &mut Faults, tool: &ToolDefinition) {
    const FIELD: &str = "cache_ttl_seconds";
    let Some(seconds) = tool.cache_ttl_seconds else { return };
    faults.ensure((1..=LONGEST_CACHE_SECONDS).contains(&seconds), FIELD, "must be between 1 and 86400");
    if tool.execution_type != ExecutionType::HttpWebhook {
        faults.add(FIELD, "is for http_webhook tools: results of internal functions are not kept");
    } else if tool.effect != EffectClass::ReadOnly {
        faults.add(FIELD, "needs effect read_only: a call that changes something must be made each time");
    }
}

/// An internal tool names its function in `endpoint` or, without one, by its own name.
fn check_internal(faults: &mut Faults, tools: &Registry, tool: &ToolDefinition) {
    let name = function_name(tool);
    let field = if tool.endpoint.is_some() { "endpoint" } else { "name" };
    match tools.usable(name) {
        Ok(_) => {}
        Err(Some(lack)) => faults.add(field, format!("'{name}' is unavailable: {}; {}", lack.reason, lack.how_to)),
        Err(None) => {
            let known = tools.builtin_names().join(", ");
            faults.add(field, format!("there is no internal tool '{name}'; there are {known}"));
        }
    }
}

fn check_url(faults: &mut Faults, field: &str, text: &str) {
    faults.ensure(text.len() <= LONGEST_URL, field, "must have at most 2000 characters");
    if let Err(refusal) = check_endpoint(text) {
        faults.add(field, refusal.to_string());
    }
}

/// `/properties/a b` → `.properties.a b`
fn dotted(pointer: &str) -> String {
    pointer.split('/').skip(1).flat_map(|part| [".".to_owned(), part.replace("~1", "/").replace("~0", "~")]).collect()
}
