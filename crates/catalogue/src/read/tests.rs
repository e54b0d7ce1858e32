use super::{Catalogue, GROUPS, TOOLS, catalogue};

#[test]
fn the_catalogue_has_all_tools_and_no_fault() {
    let catalogue = catalogue();
    assert_eq!(catalogue.faults, [""; 0]);
    assert_eq!((catalogue.entries.len(), catalogue.groups.len()), (44, 12));
}

#[test]
fn tools_stand_in_the_groups_and_the_order_that_people_see() {
    let groups: Vec<(&str, usize)> =
        catalogue().groups.iter().map(|group| (group.key.as_str(), group.tools.len())).collect();
    let expected = [
        ("internet", 3),
        ("memory", 2),
        ("data", 6),
        ("skills", 3),
        ("connectors", 5),
        ("tasks", 3),
        ("code", 6),
        ("browser", 2),
        ("git", 2),
        ("media", 5),
        ("analysis", 4),
        ("control", 3),
    ];
    assert_eq!(groups, expected);
    assert_eq!(catalogue().entry("documents").unwrap().title.ru, "Документы");
}

/// What recovery may do with a call that was cut off.
#[test]
fn every_effect_is_the_promised_one() {
    let of = |effect: &str| -> Vec<&str> {
        catalogue().entries.iter().filter(|entry| entry.effect() == effect).map(|entry| entry.name.as_str()).collect()
    };
    let idempotent = [
        "manage_memory",
        "manage_dataset",
        "manage_silver",
        "manage_gold",
        "manage_skill",
        "manage_task",
        "task_runtime",
        "request_form",
        "git_clone",
        "edit_image",
        "render_visual",
        "render_map",
        "message_compose",
        "run_subagent",
        "exit",
    ];
    let at_most_once = [
        "connector_execute",
        "sign_document",
        "sandbox_bash",
        "repl_execute",
        "edit_file",
        "exec_command",
        "write_stdin",
        "browser_interact",
        "open_pull_request",
        "generate_media",
        "publish_app",
    ];
    assert_eq!(of("idempotent"), idempotent);
    assert_eq!(of("at_most_once"), at_most_once);
    assert_eq!(of("read_only").len(), catalogue().entries.len() - idempotent.len() - at_most_once.len());
}

#[test]
fn every_argument_that_may_be_left_out_may_be_sent_as_null() {
    for entry in &catalogue().entries {
        let required = entry.input_schema["required"].as_array().unwrap();
        let properties = entry.input_schema["properties"].as_object().unwrap();
        let optional: Vec<&String> =
            properties.keys().filter(|name| !required.iter().any(|known| known == name.as_str())).collect();
        assert_eq!(entry.strip_null_fields.iter().collect::<Vec<_>>(), optional, "{}", entry.name);
    }
}

/// One change to the data files, and what is then wrong.
fn fault_of(from: &str, to: &str) -> String {
    assert!(TOOLS.contains(from), "{from}");
    Catalogue::read(&TOOLS.replacen(from, to, 1), GROUPS).faults.join("; ")
}

#[test]
fn a_fault_of_the_data_files_is_named() {
    let cases = [
        ("\nocr:", "\nweb_fetch:", "tools.yaml: duplicate entry with key \"web_fetch\""),
        ("\nocr:", "\nread_text:", "read_text: no group of groups.yaml names it"),
        ("known (web_fetch)", "known (fetch_page)", "web_search: it names the tool fetch_page, which is not there"),
        ("Result interpretation: snippets", "Snippets", "web_search: the block 'Result interpretation:' is missing"),
        ("timeout_ms: 30000", "timeout_ms: 30", "web_search: timeout_ms is not between a second and an hour"),
        ("is_idempotent: true", "is_idempotent: false", "web_search: no effect follows"),
        ("\"[WEB_SEARCH]\"", "\"web\"", "web_search: synthesis.prefix is not a word in brackets"),
        ("category: external", "category: outside", "web_search: unknown variant `outside`"),
        ("require_fields: [\"query\"]", "require_fields: [\"q\"]", "web_search: it requires q, which is no argument"),
        ("strip_null_fields: [\"count\"", "strip_null_fields: [\"counts\"", "strip_null_fields names counts"),
        ("Errors begin with", "They begin with", "web_search: its constraints do not say how errors begin"),
        ("  category: external", "  cost: high\n  category: external", "web_search: unknown field `cost`"),
    ];
    for (from, to, expected) in cases {
        let fault = fault_of(from, to);
        assert!(fault.contains(expected), "{from} → {to}: {fault}");
    }
}
