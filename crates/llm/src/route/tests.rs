use serde_json::{Value, json};

use super::{Route, Routes};
use crate::{ConfigError, ModelName};

fn routes(config: Value) -> Result<Routes, ConfigError> {
    let full = |name: &str| match name.split_once(':') {
        Some((provider, model)) => Ok(ModelName::new(provider, model)),
        None if name.starts_with("gpt") => Ok(ModelName::new("openai", name)),
        None => Err(format!("`{name}` is nothing")),
    };
    Routes::read(&serde_json::from_value(config).unwrap(), full)
}

fn refusal(config: Value) -> String {
    routes(config).unwrap_err().to_string()
}

#[test]
fn a_model_has_its_route_under_every_form_of_its_name() {
    let routes = routes(json!({ "gpt-4o": { "fallbacks": ["anthropic:claude", "gpt-4"], "retries": 3 } })).unwrap();
    let fallbacks = vec![ModelName::new("anthropic", "claude"), ModelName::new("openai", "gpt-4")];
    assert_eq!(
        routes.of(&ModelName::new("openai", "gpt-4o")),
        Some(&Route { model: None, fallbacks, retries: Some(3) })
    );
    assert_eq!(routes.of(&ModelName::new("openai", "gpt-4")), None);
}

#[test]
fn an_operators_name_stands_for_a_model_also_as_a_fallback() {
    let routes = routes(json!({
        "fast": { "model": "gpt-mini", "fallbacks": ["gpt-4"] },
        "gpt-4o": { "fallbacks": ["fast"] },
    }))
    .unwrap();
    let mini = ModelName::new("openai", "gpt-mini");
    assert_eq!(routes.of(&ModelName::new("route", "fast")).unwrap().model.as_ref(), Some(&mini));
    assert_eq!(routes.of(&ModelName::new("openai", "gpt-4o")).unwrap().fallbacks, std::slice::from_ref(&mini));
    assert_eq!(routes.own_names(), [("fast", &mini)]);
}

#[test]
fn routes_that_cannot_work_are_refused_by_name() {
    assert_eq!(refusal(json!({ "gpt-4": { "fallbacks": ["x"] } })), "the route `gpt-4` cannot be used: `x` is nothing");
    assert!(refusal(json!({ "a:b": { "model": "gpt-4" } })).contains("no colon"));
    assert!(refusal(json!({ "fast": {} })).contains("`fast` is nothing"));
    assert!(refusal(json!({ "gpt-4": {}, "openai:gpt-4": {} })).contains("another route"));
}
