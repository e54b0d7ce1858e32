use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use tokio::sync::mpsc;

use super::Models;
use super::build::endpoint;
use artel_domain::Usage;

use crate::{Catalog, Config, ConfigError, CustomProvider, Endpoint, ModelName, Params, Request, RouteConfig};

fn custom(value: serde_json::Value) -> BTreeMap<String, CustomProvider> {
    serde_json::from_value(value).unwrap()
}

fn config() -> Config {
    let custom = custom(json!({
        "local": { "base_url": "http://127.0.0.1:1/v1" },
        "router": { "protocol": "openai", "base_url": "https://router.example/v1", "api_key": "k", "model": "big:free" },
    }));
    Config { custom, ..Config::default() }
}

fn request(model: ModelName) -> Request {
    Request {
        model,
        messages: Vec::new(),
        tools: Vec::new(),
        params: Params::default(),
        account: "test".to_owned(),
        used_by: crate::UsedBy::default(),
        keys: BTreeMap::new(),
        trace: None,
    }
}

fn models(config: Config) -> Models {
    Models::new(config).unwrap()
}

#[test]
fn short_names_become_full_names() {
    let models = models(config());
    let cases = [
        ("openai:gpt-4o-mini", "openai:gpt-4o-mini"),
        (" gpt-4o ", "openai:gpt-4o"),
        ("o3-mini", "openai:o3-mini"),
        ("ft:gpt-4o:acme::1", "openai:ft:gpt-4o:acme::1"),
        ("claude-sonnet-4-5", "anthropic:claude-sonnet-4-5"),
        ("anthropic:claude-3-5-haiku-latest", "anthropic:claude-3-5-haiku-latest"),
        ("custom:local", "custom:local:local"),
        ("custom:local:qwen:0.5b", "custom:local:qwen:0.5b"),
        ("custom:router", "custom:router:big:free"),
        ("demo", "demo:echo"),
        ("demo:", "demo:echo"),
        ("demo:slow", "demo:slow"),
    ];
    for (written, full) in cases {
        let name = models.check(written).unwrap();
        assert_eq!(name.to_string(), full, "{written}");
        assert_eq!(models.check(full).unwrap(), name, "the full name means itself");
        assert_eq!(full.parse(), Ok(name));
    }
}

#[test]
fn unknown_names_are_refused_with_a_list_of_valid_ones() {
    let models = models(config());
    let refusal = |name: &str| models.check(name).unwrap_err().to_string();
    assert_eq!(
        refusal("nowhere:x"),
        "unknown model provider `nowhere`; known providers: openai, anthropic, ollama, demo, custom:local, custom:router"
    );
    assert!(refusal("custom:other").starts_with("unknown model provider `custom:other`"));
    assert!(refusal("custom:other:x").starts_with("unknown model provider `custom:other`"));
    assert!(refusal("demo:loud").contains("`demo:echo`"));
    for malformed in ["", "llama3", "openai:", ":x", "custom::x", "openai: "] {
        assert!(refusal(malformed).contains("write `provider:model`"), "{malformed}: {}", refusal(malformed));
    }
}

#[test]
fn names_without_prefix_go_to_the_default_provider() {
    let models = models(Config { default_provider: Some("custom:local".to_owned()), ..config() });
    assert_eq!(models.check("llama3").unwrap().to_string(), "custom:local:llama3");
    assert_eq!(models.check("gpt-4").unwrap().to_string(), "openai:gpt-4");
    assert!(models.check("").is_err());
}

#[test]
fn the_table_gives_a_provider_to_names_without_prefix() {
    let ollama = Endpoint { base_url: Some("http://127.0.0.1:11434".to_owned()), api_key: None };
    let with_ollama = models(Config { ollama, default_provider: Some("custom:local".to_owned()), ..config() });
    for (written, full) in [
        ("gpt-4", "openai:gpt-4"),
        ("llama3.1:8b", "ollama:llama3.1:8b"),
        ("gpt-oss:20b", "ollama:gpt-oss:20b"),
        ("ollama:anything", "ollama:anything"),
        ("mixtral", "custom:local:mixtral"),
    ] {
        assert_eq!(with_ollama.check(written).unwrap().to_string(), full, "{written}");
    }
    let without = models(config());
    assert!(without.check("llama3.1:8b").is_err(), "there is no Ollama to ask");
    assert!(without.check("gpt-oss:20b").is_err(), "not OpenAI's");
    assert_eq!(
        without.check("ollama:llama3.1").unwrap().to_string(),
        "ollama:llama3.1",
        "a run will say what is missing"
    );
}

#[test]
fn an_operators_table_can_give_names_to_a_provider() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("models.json");
    let table = json!({ "models": [
        { "provider": "custom:router", "id": "gpt-4o", "name": "Routed", "context_length": 1000 },
        { "provider": "custom:local", "match": ["*"] },
        { "provider": "custom:gone", "id": "gone" },
    ] });
    std::fs::write(&path, table.to_string()).unwrap();
    let models = models(Config { catalog: Arc::new(Catalog::load(Some(&path)).unwrap()), ..config() });
    assert_eq!(models.check("gpt-4o").unwrap().to_string(), "custom:router:gpt-4o");
    assert_eq!(models.check("anything").unwrap().to_string(), "custom:local:anything");
    assert_eq!(models.check("openai:gpt-4o").unwrap().to_string(), "openai:gpt-4o", "a full name means itself");
    assert_eq!(models.check("demo").unwrap().to_string(), "demo:echo");
    let rows = models.list();
    let routed = rows.iter().find(|row| row.id == "custom:router:gpt-4o").unwrap();
    assert_eq!((routed.name.as_str(), routed.context_length, routed.is_available), ("Routed", Some(1000), true));
    assert!(!rows.iter().any(|row| row.provider == "custom:gone"), "no such provider");
}

#[test]
fn every_model_with_a_full_name_is_listed_once() {
    let models = models(config());
    let rows = models.list();
    let row = |id: &str| rows.iter().find(|row| row.id == id).unwrap_or_else(|| panic!("{id}"));
    let openai = row("openai:gpt-4o-mini");
    assert_eq!(
        (openai.name.as_str(), openai.provider.as_str(), openai.context_length),
        ("GPT-4o mini", "openai", Some(128_000))
    );
    assert!(!openai.is_available, "there is no key");
    assert!(
        row("demo:echo").is_available
            && row("custom:local:local").is_available
            && row("custom:router:big:free").is_available
    );
    assert!(!row("ollama:llama3.1").is_available);
    let ids: std::collections::BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids.len(), rows.len());
    for row in &rows {
        assert_eq!(models.check(&row.id).unwrap().to_string(), row.id, "a listed name is a full name");
    }
    let listed = serde_json::to_value(row("demo:slow")).unwrap();
    assert_eq!(
        listed,
        json!({ "id": "demo:slow", "name": "slow", "provider": "demo", "context_length": null, "is_available": true })
    );
}

#[tokio::test]
async fn a_call_to_ollama_without_an_address_says_which_setting_is_missing() {
    let models = models(Config::default());
    let error = models.stream(request(models.check("ollama:llama3.1").unwrap()), mpsc::channel(1).0).await.unwrap_err();
    assert_eq!(error.code(), "model_not_configured");
    assert!(error.to_string().contains("OLLAMA_BASE_URL"), "{error}");
}

#[test]
fn a_configuration_that_cannot_work_is_refused_at_start() {
    let at = |base_url: &str| {
        let openai = Endpoint { base_url: Some(base_url.to_owned()), api_key: None };
        Models::new(Config { openai, ..Config::default() }).err().map(|error| error.to_string())
    };
    for base_url in ["", "localhost:8080", "ftp://x/v1", "http://me:secret@x/v1"] {
        let error = at(base_url).unwrap();
        assert!(
            error.starts_with("the base URL of model provider `openai` is not usable") && !error.contains("secret"),
            "{error}"
        );
    }
    assert_eq!(at("http://127.0.0.1:1/v1"), None);
    let named = |name: &str| {
        Models::new(Config { custom: custom(json!({ name: { "base_url": "http://x" } })), ..Config::default() })
    };
    assert!(matches!(named("a:b"), Err(ConfigError::Name(_))));
    let key = custom(json!({ "a": { "base_url": "http://x", "api_key": "line\nbreak" } }));
    assert!(matches!(Models::new(Config { custom: key, ..Config::default() }), Err(ConfigError::Key(_))));
    let default = Config { default_provider: Some("nobody".to_owned()), ..Config::default() };
    assert!(matches!(Models::new(default), Err(ConfigError::DefaultProvider(_))));
}

#[test]
fn the_path_is_added_to_every_form_of_a_base_url() {
    let url = |base: &str| endpoint(base, &["chat", "completions"]).unwrap().to_string();
    assert_eq!(url("http://h/v1"), "http://h/v1/chat/completions");
    assert_eq!(url(" http://h/v1/ "), "http://h/v1/chat/completions");
    assert_eq!(url("http://h"), "http://h/chat/completions");
    assert_eq!(url("https://h/a?api-version=1"), "https://h/a/chat/completions?api-version=1");
}

#[test]
fn the_base_url_may_end_with_the_version_that_the_path_begins_with() {
    let url = |base: &str| endpoint(base, &["v1", "messages"]).unwrap().to_string();
    for base in [
        "https://api.anthropic.com",
        "https://api.anthropic.com/",
        "https://api.anthropic.com/v1",
        "https://api.anthropic.com/v1/",
    ] {
        assert_eq!(url(base), "https://api.anthropic.com/v1/messages");
    }
    assert_eq!(url("https://h/anthropic"), "https://h/anthropic/v1/messages");
}

#[tokio::test]
async fn a_call_to_openai_without_a_key_says_which_setting_is_missing() {
    let models = models(Config::default());
    let model = models.check("openai:gpt-4o-mini").unwrap();
    let error = models.stream(request(model), mpsc::channel(1).0).await.unwrap_err();
    assert_eq!(error.code(), "model_not_configured");
    assert!(error.to_string().contains("OPENAI_API_KEY"), "{error}");
}

#[test]
fn providers_say_whether_they_are_configured() {
    let told = |config: Config| {
        let all = models(config).providers();
        all.into_iter().map(|provider| (provider.name, provider.is_configured)).collect::<BTreeMap<_, _>>()
    };
    let bare = told(config());
    assert_eq!((bare["openai"], bare["demo"], bare["custom:local"]), (false, true, true));
    let openai = Endpoint { base_url: None, api_key: Some("sk-1".into()) };
    assert!(told(Config { openai, ..config() })["openai"]);
}

#[test]
fn the_highest_cost_of_a_call_is_that_of_the_most_expensive_model_of_its_route() {
    let routes = [(
        "gpt-4o-mini".to_owned(),
        RouteConfig { fallbacks: vec!["openai:gpt-4o".to_owned()], ..RouteConfig::default() },
    )]
    .into();
    let models = models(Config { routes, ..config() });
    let usage = Usage { prompt_tokens: 1_000_000, completion_tokens: 1_000_000, ..Usage::default() };
    let most = |name: &str| models.most_cost(&models.check(name).unwrap(), &usage);
    assert_eq!(most("gpt-4o-mini"), most("openai:gpt-4o"));
    assert!(
        most("gpt-4o-mini") > models.catalog().cost_nanodollars(&models.check("openai:gpt-4o-mini").unwrap(), &usage)
    );
    assert_eq!((most("demo:echo"), most("openai:nobody-knows-its-price")), (Some(0), None));
}
