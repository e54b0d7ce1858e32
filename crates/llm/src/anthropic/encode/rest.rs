//! Members that have no place in our form.

use serde_json::{Value, json};

use crate::Rest;

/// Those that Anthropic knows under these names; it refuses a request with any other.
const KNOWN: [&str; 8] = [
    "cache_control",
    "container",
    "context_management",
    "inference_geo",
    "mcp_servers",
    "output_config",
    "speed",
    "top_k",
];

/// What goes on to the provider.
pub(super) fn of(given: &Rest) -> Rest {
    let given_value = |name: &str| given.get(name).filter(|value| !value.is_null());
    let mut rest: Rest =
        KNOWN.iter().filter_map(|name| Some(((*name).to_owned(), given_value(name)?.clone()))).collect();
    if let Some(tier) = given_value("service_tier").and_then(tier) {
        rest.insert("service_tier".to_owned(), tier.into());
    }
    // OpenAI's `metadata` is a map of the client's own; of its members only this one means something here.
    let user = given_value("metadata").and_then(|metadata| metadata.get("user_id")).or_else(|| given_value("user"));
    if let Some(user) = user.or_else(|| given_value("safety_identifier")).filter(|user| user.is_string()) {
        rest.insert("metadata".to_owned(), json!({ "user_id": user }));
    }
    rest
}

/// Both protocols have tiers, but only one word in common.
fn tier(given: &Value) -> Option<&'static str> {
    match given.as_str()? {
        "auto" => Some("auto"),
        "default" | "standard_only" => Some("standard_only"),
        _ => None,
    }
}
