//! Members of a request without a typed field.

use serde_json::{Value, json};

use crate::Rest;

/// The members that Anthropic knows under these names. It refuses a request with any other.
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

/// The members that are sent to the provider.
pub(super) fn of(given: &Rest) -> Rest {
    let given_value = |name: &str| given.get(name).filter(|value| !value.is_null());
    let mut rest: Rest =
        KNOWN.iter().filter_map(|name| Some(((*name).to_owned(), given_value(name)?.clone()))).collect();
    if let Some(tier) = given_value("service_tier").and_then(tier) {
        rest.insert("service_tier".to_owned(), tier.into());
    }
    // OpenAI's `metadata` is a map with the client's own keys. Only its `user_id` has a meaning for Anthropic.
    let user = given_value("metadata").and_then(|metadata| metadata.get("user_id")).or_else(|| given_value("user"));
    if let Some(user) = user.or_else(|| given_value("safety_identifier")).filter(|user| user.is_string()) {
        rest.insert("metadata".to_owned(), json!({ "user_id": user }));
    }
    rest
}

/// Both protocols have service tiers, but only one of the words is the same.
fn tier(given: &Value) -> Option<&'static str> {
    match given.as_str()? {
        "auto" => Some("auto"),
        "default" | "standard_only" => Some("standard_only"),
        _ => None,
    }
}
