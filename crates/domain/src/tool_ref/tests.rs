use serde_json::json;
use uuid::Uuid;

use super::*;

fn row(version: i64) -> ToolRef {
    ToolRef::Row { id: ToolId(Uuid::from_u128(5)), version }
}

fn all() -> Vec<ToolRef> {
    vec![
        row(3),
        ToolRef::builtin("web_fetch"),
        ToolRef::client("read_file"),
        ToolRef::control("switch_mode"),
        ToolRef::Connector { connector: "github".into(), operation: "create_issue".into(), instance: None },
        ToolRef::Connector {
            connector: "github".into(),
            operation: "create_issue".into(),
            instance: Some("work".into()),
        },
        ToolRef::Mcp { server: "files".into(), tool: "read".into() },
    ]
}

#[test]
fn every_kind_is_read_as_it_was_written_and_none_equals_another() {
    let all = all();
    for (index, tool) in all.iter().enumerate() {
        let text = serde_json::to_string(tool).unwrap();
        assert_eq!(serde_json::from_str::<ToolRef>(&text).unwrap(), *tool);
        assert!(all[index + 1..].iter().all(|other| other != tool));
    }
}

#[test]
fn the_words_on_the_wire_do_not_change() {
    let words = serde_json::to_value(all()).unwrap();
    let id = Uuid::from_u128(5);
    let expected = json!([
        { "kind": "row", "id": id, "version": 3 },
        { "kind": "builtin", "name": "web_fetch" },
        { "kind": "client", "name": "read_file" },
        { "kind": "control", "name": "switch_mode" },
        { "kind": "connector", "connector": "github", "operation": "create_issue" },
        { "kind": "connector", "connector": "github", "operation": "create_issue", "instance": "work" },
        { "kind": "mcp", "server": "files", "tool": "read" },
    ]);
    assert_eq!(words, expected);
}

#[test]
fn the_members_of_earlier_releases_name_the_same_tool() {
    for tool in [row(0), ToolRef::client("read_file"), ToolRef::control("switch_mode")] {
        let name = tool.own_name().unwrap_or_default();
        assert_eq!(EarlierRef::of(Some(&tool)).read(&name), Some(tool));
    }
    assert_eq!(EarlierRef::of(None).read("no_such_tool"), None);
}
