use artel_catalogue::catalogue;
use artel_domain::EffectClass;
use serde_json::json;

use super::{check_catalogue, standing};
use crate::builtin::{builtins, keeping_builtins};
use crate::descriptor::{Descriptor, effect_of};
use crate::schema::validate;

fn fuel() -> crate::programs::Fuel {
    crate::programs::Fuel::steps(1_000_000, std::time::Duration::from_secs(5))
}

#[test]
fn the_catalogue_of_this_binary_has_no_fault() {
    assert_eq!(check_catalogue(), Ok(()));
}

#[test]
fn every_effect_is_a_class_of_the_engine() {
    for entry in &catalogue().entries {
        assert_eq!(effect_of(entry).as_str(), entry.effect(), "{}", entry.name);
    }
    assert_eq!(effect_of(catalogue().entry("web_fetch").unwrap()), EffectClass::ReadOnly);
}

#[test]
fn a_tool_without_an_engine_says_so_and_how_to_get_one() {
    let missing = standing(None).unwrap_err();
    assert_eq!(missing.reason, "this version of Artel has no engine for it");
    assert!(missing.how_to.starts_with("install a version newer than"), "{}", missing.how_to);
}

#[test]
fn a_built_in_tool_of_the_catalogue_is_as_the_catalogue_says() {
    for tool in builtins().into_iter().chain(keeping_builtins()) {
        let Some(entry) = catalogue().entry(&tool.descriptor().name) else { continue };
        assert_eq!(tool.descriptor(), &Descriptor::of_entry(entry));
    }
}

/// One table for all tools: what a model writes wrongly, and what is then named.
#[test]
fn bad_arguments_are_refused_by_the_name_of_what_is_bad() {
    let cases = [
        ("web_search", json!({}), "\"query\" is a required property"),
        ("web_search", json!({"query": ""}), "at /query"),
        ("web_search", json!({"query": "a", "count": 21}), "at /count"),
        ("web_search", json!({"query": "a", "freshness": "hour"}), "at /freshness"),
        ("web_fetch", json!({"url": "https://example.com", "max_chars": 0}), "at /max_chars"),
        ("read_memory", json!({"action": "erase"}), r#""erase" is not one of "list", "read" or "read_many""#),
        ("read_memory", json!({"action": "read_many", "paths": vec!["a"; 21]}), "at /paths"),
        ("manage_skill", json!({"action": "create", "name": "No Spaces"}), "at /name"),
        ("edit_image", json!({"sources": [{}], "operations": [{"op": "remove_background"}]}), "at /sources/0"),
        (
            "edit_image",
            json!({"sources": [{"path": "a", "artifact_id": "b"}], "operations": [{"op": "remove_background"}]}),
            "at /sources/0",
        ),
        ("edit_image", json!({"sources": [{"path": "a"}], "operations": [{"op": "paint"}]}), "at /operations/0"),
        ("git_clone", json!({"url": "http://example.com/a.git"}), "at /url"),
        ("render_map", json!({"points": [{"lat": 91, "lon": 0, "label": "a"}]}), "at /points/0/lat"),
        ("run_subagent", json!({"tasks": []}), "at /tasks"),
        ("message_compose", json!({"variants": [{"label": "a", "text": "b"}]}), "at /variants"),
        ("exit", json!({"answer": "done", "why": "tired"}), "'why'"),
    ];
    for (tool, args, expected) in cases {
        let refusal = validate(&catalogue().entry(tool).unwrap().input_schema, &args, &fuel()).unwrap_err();
        assert!(refusal.contains(expected), "{tool} {args}: {refusal}");
    }
}

#[test]
fn null_stands_for_an_argument_that_is_left_out_and_errors_begin_with_a_code() {
    let search = Descriptor::of_entry(catalogue().entry("web_search").unwrap());
    let plain = search.plain(json!({"query": "a", "count": null, "lang": null}));
    assert_eq!(plain, json!({"query": "a"}));
    search.check(&plain, &fuel()).unwrap();
    assert_eq!(search.plain(json!({"query": null})), json!({"query": null}), "what is required stays");
    let refusal = search.check(&json!({"query": null}), &fuel()).unwrap_err();
    assert!(refusal.starts_with("invalid_argument: "), "{refusal}");
    assert!(refusal.ends_with("; correct the arguments and call the tool again"), "{refusal}");
}
