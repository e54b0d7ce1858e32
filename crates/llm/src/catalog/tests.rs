use std::path::Path;

use artel_domain::Usage;
use serde_json::{Value, json};

use super::{Catalog, ModelInfo, file};
use crate::ModelName;

fn shipped() -> Catalog {
    file::shipped().unwrap();
    Catalog::default()
}

/// The built-in table with this operator's table before it.
fn with(models: &Value) -> Catalog {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("models.json");
    std::fs::write(&path, json!({ "models": models }).to_string()).unwrap();
    Catalog::load(Some(&path)).unwrap()
}

fn found<'a>(catalog: &'a Catalog, name: &str) -> &'a ModelInfo {
    catalog.find(&name.parse::<ModelName>().unwrap()).unwrap_or_else(|| panic!("{name} is not in the table"))
}

fn name_of(catalog: &Catalog, name: &str) -> Option<String> {
    catalog.find(&name.parse::<ModelName>().unwrap()).and_then(|info| info.name.clone())
}

fn usage(prompt: i64, cached: i64, written: i64, completion: i64) -> Usage {
    Usage {
        prompt_tokens: prompt,
        cached_tokens: cached,
        cache_write_tokens: written,
        completion_tokens: completion,
        reasoning_tokens: completion / 2,
    }
}

fn priced(prices: &Value) -> ModelInfo {
    found(&with(&json!([{ "provider": "custom:x", "id": "m", "price_per_million": prices }])), "custom:x:m").clone()
}

#[test]
fn the_built_in_table_knows_the_well_known_models() {
    let catalog = shipped();
    for (name, shown, context) in [
        ("openai:gpt-4o-mini", "GPT-4o mini", 128_000),
        ("openai:gpt-4o-mini-2024-07-18", "GPT-4o mini", 128_000),
        ("openai:gpt-3.5-turbo", "GPT-3.5 Turbo", 16_385),
        ("anthropic:claude-sonnet-4-5-20250929", "Claude Sonnet 4.5", 200_000),
        ("ollama:llama3.1:8b-instruct-q4_K_M", "Llama 3.1", 131_072),
        ("custom:google:gemini-2.5-pro", "Gemini 2.5 Pro", 1_048_576),
    ] {
        let info = found(&catalog, name);
        assert_eq!((info.name.as_deref(), info.context_length), (Some(shown), Some(context)), "{name}");
    }
    assert_eq!(catalog.find(&ModelName::new("custom:local", "qwen")), None);
    assert_eq!(catalog.find(&ModelName::new("custom:azure", "gpt-4o")), None, "another provider has its own prices");
}

#[test]
fn a_model_of_a_known_family_that_is_not_in_the_table_has_no_price_and_is_no_other_model() {
    let catalog = shipped();
    let info = found(&catalog, "openai:gpt-4o-audio-preview");
    assert_eq!((info.name.as_deref(), info.cost_nanodollars(&usage(1, 0, 0, 1))), (None, None));
    assert!(found(&catalog, "ollama:llama3.1").prices.is_none(), "one's own machine has no price list");
}

#[test]
fn every_model_of_the_shipped_table_is_listed_once_and_fits_its_own_entry() {
    let catalog = shipped();
    let listed: Vec<_> = catalog.listed().collect();
    assert!(listed.len() > 50, "{}", listed.len());
    for model in listed {
        assert_eq!(catalog.find(&ModelName::new(model.provider, model.id)), Some(model.info), "{model:?}");
        assert!(model.info.name.is_some() && model.info.context_length.is_some(), "{model:?}");
        let prices = model.info.prices.is_some();
        assert_eq!(prices, model.provider != "ollama", "{model:?}");
    }
}

#[test]
fn the_most_specific_entry_counts() {
    let catalog = with(&json!([
        { "provider": "*", "id": "big-1", "name": "anybody's id" },
        { "provider": "custom:x", "match": ["*"], "name": "everything" },
        { "provider": "custom:x", "match": ["big-*"], "name": "family" },
        { "provider": "custom:x", "match": ["big-*-tuned", "other"], "name": "tuned" },
        { "provider": "custom:x", "id": "big-2", "name": "itself" },
        { "provider": "custom:x", "match": ["small"], "name": "first" },
        { "provider": "custom:x", "match": ["small"], "name": "second" },
    ]));
    for (model, entry) in [
        ("custom:x:big-2", "itself"),
        ("custom:x:big-1", "family"),
        ("custom:y:big-1", "anybody's id"),
        ("custom:x:big-3-tuned", "tuned"),
        ("custom:x:big-3-tuned-more", "family"),
        ("custom:x:other", "tuned"),
        ("custom:x:others", "everything"),
        ("custom:x:small", "second"),
    ] {
        assert_eq!(name_of(&catalog, model).as_deref(), Some(entry), "{model}");
    }
    assert_eq!(name_of(&catalog, "custom:y:big-3"), None);
}

#[test]
fn patterns_match_whole_names() {
    let fits = |pattern: &str, name: &str| {
        let catalog = with(&json!([{ "provider": "p", "match": [pattern], "name": "here" }]));
        catalog.find(&ModelName::new("p", name)).is_some()
    };
    for (pattern, name) in [
        ("a*", "a"),
        ("*a", "ba"),
        ("a*c", "abbc"),
        ("*b*", "abc"),
        ("*", "x"),
        ("a**b", "ab"),
        ("a*b*b", "abxb"),
        ("*é*", "café!"),
    ] {
        assert!(fits(pattern, name), "{pattern} {name}");
    }
    for (pattern, name) in
        [("a", "ab"), ("a*", "ba"), ("*a", "ab"), ("ab*ba", "aba"), ("a*b*b", "ab"), ("a.c", "abc"), ("A*", "ab")]
    {
        assert!(!fits(pattern, name), "{pattern} {name}");
    }
}

#[test]
fn the_operators_entry_wins_and_takes_absent_members_from_the_built_in_entry() {
    let catalog = with(&json!([
        { "provider": "openai", "id": "gpt-4o", "price_per_million": { "input": 1, "output": 2 } },
        { "provider": "openai", "match": ["gpt-4.1*"], "name": "ours" },
        { "provider": "ollama", "id": "llama3.1:8b", "num_ctx": 16384 },
    ]));
    let info = found(&catalog, "openai:gpt-4o");
    assert_eq!((info.name.as_deref(), info.context_length), (Some("GPT-4o"), Some(128_000)));
    assert_eq!(info.cost_nanodollars(&usage(1_000_000, 0, 0, 0)), Some(1_000_000_000));
    assert_eq!(name_of(&catalog, "openai:gpt-4.1-mini").as_deref(), Some("ours"), "also where ours is more specific");
    let llama = found(&catalog, "ollama:llama3.1:8b");
    assert_eq!((llama.num_ctx, llama.context_length), (Some(16_384), Some(131_072)));
    assert_eq!(catalog.listed().filter(|model| model.id == "gpt-4o").count(), 1);
}

#[test]
fn the_table_gives_a_provider_to_a_model_that_is_named_without_one() {
    let catalog = shipped();
    let of = |name: &str| catalog.provider_of(name, |provider| provider != "ollama");
    for (name, provider) in [
        ("gpt-4", "openai"),
        ("gpt-99-turbo", "openai"),
        ("o3-mini", "openai"),
        ("chatgpt-4o-latest", "openai"),
        ("claude-sonnet-5-5", "anthropic"),
    ] {
        assert_eq!(of(name), Some(provider), "{name}");
    }
    assert_eq!(of("llama3.1:8b"), None, "there is no Ollama here");
    assert_eq!(catalog.provider_of("llama3.1:8b", |_| true), Some("ollama"));
    assert_eq!(catalog.provider_of("gpt-oss:20b", |_| true), Some("ollama"), "more specific than `gpt-*`");
    assert_eq!(of("gemini-2.5-pro"), None, "an entry for any provider names none");
    assert_eq!(of("nobody"), None);
}

#[test]
fn each_token_of_a_call_is_paid_once() {
    let info = priced(&json!({ "input": 3, "cached_input": 0.3, "cache_write": 3.75, "output": 15 }));
    let cost = |prompt, cached, written, completion| {
        info.cost_nanodollars(&usage(prompt, cached, written, completion)).unwrap()
    };
    assert_eq!(cost(1_000_000, 0, 0, 0), 3_000_000_000, "billionths of a dollar");
    assert_eq!(cost(1000, 0, 0, 0), 3_000_000);
    assert_eq!(cost(1000, 1000, 0, 0), 300_000, "all of the prompt from the cache");
    assert_eq!(cost(1000, 0, 1000, 0), 3_750_000, "all of it written to the cache");
    assert_eq!(cost(1000, 600, 300, 0), 100 * 3000 + 600 * 300 + 300 * 3750);
    assert_eq!(cost(0, 0, 0, 1000), 15_000_000, "reasoning is part of the completion");
    assert_eq!(cost(0, 0, 0, 0), 0);
}

#[test]
fn cached_tokens_without_a_price_cost_what_input_costs() {
    let info = priced(&json!({ "input": 2, "output": 8 }));
    assert_eq!(info.cost_nanodollars(&usage(1000, 400, 300, 0)), info.cost_nanodollars(&usage(1000, 0, 0, 0)));
}

#[test]
fn impossible_cache_counts_cost_no_more_than_the_prompt() {
    let info = priced(&json!({ "input": 2, "cached_input": 1, "cache_write": 4, "output": 8 }));
    assert_eq!(info.cost_nanodollars(&usage(10, 50, 50, -3)), Some(10 * 1000));
    assert_eq!(info.cost_nanodollars(&usage(-5, -1, -1, 0)), Some(0));
    assert_eq!(info.cost_nanodollars(&usage(i64::MAX, 0, 0, i64::MAX)), None, "more money than there is");
}

#[test]
fn prices_are_exact_and_costs_are_rounded_once() {
    let info = priced(&json!({ "input": 0.1, "cached_input": 0.000_001, "output": 0.0375 }));
    assert_eq!(info.cost_nanodollars(&usage(3, 0, 0, 0)), Some(300));
    assert_eq!(info.cost_nanodollars(&usage(0, 0, 0, 1)), Some(38), "37.5");
    assert_eq!(info.cost_nanodollars(&usage(0, 0, 0, 2)), Some(75));
    assert_eq!(info.cost_nanodollars(&usage(499, 499, 0, 0)), Some(0), "0.499");
    assert_eq!(info.cost_nanodollars(&usage(500, 500, 0, 0)), Some(1), "0.5");
}

#[test]
fn the_error_of_a_bad_table_names_file_and_place_and_shows_a_correct_entry() {
    let error = |text: &str| file::parse("/etc/models.json", text).unwrap_err().to_string();
    let row = |row: &str| error(&format!("{{\"models\": [{{\"provider\": \"x\", \"id\": \"y\"}},\n{row}]}}"));
    let cases = [
        (error("{"), "/etc/models.json: EOF while parsing an object at line 1 column 1"),
        (error("[]"), "/etc/models.json: invalid length 0"),
        (error(r#"{"models": []} more"#), "/etc/models.json: trailing characters at line 1 column 16"),
        (row(r#"{"id": "y"}"#), "/etc/models.json: models[1]: missing field `provider`"),
        (row(r#"{"provider": "x"}"#), "/etc/models.json: models[1]: it needs an `id`, or patterns in `match`"),
        (row(r#"{"provider": " ", "id": "y"}"#), "/etc/models.json: models[1]: `provider` is empty"),
        (
            row(r#"{"provider": "x", "id": "y", "context": 1}"#),
            "/etc/models.json: models[1].context: unknown field `context`",
        ),
        (row(r#"{"provider": "x", "match": [""]}"#), "/etc/models.json: models[1].match[0]: a pattern is not empty"),
        (row(r#"{"provider": "x", "id": "y", "context_length": 0}"#), "/etc/models.json: models[1].context_length: "),
        (
            row(r#"{"provider": "x", "id": "y", "price_per_million": {"input": 1}}"#),
            "/etc/models.json: models[1].price_per_million: missing field `output`",
        ),
        (
            row(r#"{"provider": "x", "id": "y", "price_per_million": {"input": "1", "output": 1}}"#),
            "/etc/models.json: models[1].price_per_million.input: invalid type",
        ),
        (
            row(r#"{"provider": "x", "id": "y", "price_per_million": {"input": -1, "output": 1}}"#),
            "/etc/models.json: models[1].price_per_million.input: -1 is not a price",
        ),
        (
            row(r#"{"provider": "x", "id": "y", "price_per_million": {"input": 0.0000001, "output": 1}}"#),
            "/etc/models.json: models[1].price_per_million.input: 0.0000001 is not a price",
        ),
    ];
    for (error, beginning) in cases {
        assert!(error.starts_with(beginning), "{error}");
        assert!(error.contains(r#"It must look like {"models": [{"provider": "#) && !error.contains('\n'), "{error}");
    }
    let missing = Catalog::load(Some(Path::new("/nowhere/models.json"))).unwrap_err().to_string();
    assert!(missing.starts_with("/nowhere/models.json: No such file"), "{missing}");
}
