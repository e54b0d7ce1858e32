use artel_domain::{AgentId, Clock, SystemClock, ToolRef};
use std::time::Duration;

use serde_json::json;

use super::*;

fn rule(text: &str) -> ApprovalRule {
    serde_json::from_str(text).unwrap()
}

/// `allow`, or the effect and its reason.
fn said(operators: &[ApprovalRule], tenants: &[ApprovalRule], agent_id: AgentId, name: &str, args: &Value) -> String {
    said_with(None, operators, tenants, agent_id, (name, args))
}

fn said_with(
    author: Option<AuthorAsks>,
    operators: &[ApprovalRule],
    tenants: &[ApprovalRule],
    agent_id: AgentId,
    (name, args): (&str, &Value),
) -> String {
    let fuel = Fuel::steps(1_000_000, Duration::from_secs(1));
    let tool = &ToolRef::client(name);
    let asked =
        ProposedCall { agent_id, tool, name, other_names: &[], args, tenant_rules: tenants, author, fuel: &fuel };
    match Rules::new(operators.to_vec()).verdict(&asked) {
        Verdict::Allow => "allow".into(),
        Verdict::Ask { reason, .. } => format!("ask: {reason}"),
        Verdict::Refuse { reason } => format!("deny: {reason}"),
    }
}

fn effect(tenants: &[ApprovalRule], name: &str, args: &Value) -> String {
    let agent = AgentId(SystemClock.uuid());
    let said = said(&[], tenants, agent, name, args);
    said.split(':').next().unwrap_or_default().to_owned()
}

#[test]
fn a_rule_about_a_tool_is_about_its_other_names_too() {
    let rules = [rule(r#"{"tool": "run_command", "effect": "deny"}"#)];
    for name in ["run_command", "execute_command", "Run Command", "\u{ff52}un_command", "run_command\u{200b}"] {
        assert_eq!(effect(&rules, name, &json!({})), "deny", "{name:?}");
    }
    let operators = dangerous_tools(&["execute_command".to_owned()]);
    let said = said(&operators, &[], AgentId(SystemClock.uuid()), "run_command", &json!({}));
    assert!(said.starts_with("ask"), "{said}");
}

#[test]
fn an_author_tightens_what_the_rules_say_and_never_loosens_it() {
    let agent = AgentId(SystemClock.uuid());
    let by_author = |rules: &[ApprovalRule], author| said_with(author, &[], rules, agent, ("pay", &json!({})));
    let (tool, all) = (Some(AuthorAsks::AboutTool), Some(AuthorAsks::AboutAll));
    let silent: [ApprovalRule; 0] = [];
    let allows = [rule(r#"{"tool": "pay", "effect": "allow"}"#)];
    for rules in [&silent[..], &allows[..]] {
        assert_eq!(by_author(rules, tool), "ask: the agent's author has a human decide about calls of 'pay'");
        assert!(by_author(rules, all).starts_with("ask: the agent's author has a human decide about every call"));
        assert_eq!(by_author(rules, None), "allow");
    }
    for author in [tool, all, None] {
        let asks = [rule(r#"{"tool": "pay", "effect": "ask", "reason": "money leaves"}"#)];
        assert_eq!(by_author(&asks, author), "ask: money leaves", "a rule says who decides, and why");
        let denies = [rule(r#"{"tool": "pay", "effect": "deny", "reason": "nobody pays"}"#)];
        assert_eq!(by_author(&denies, author), "deny: nobody pays");
        let operators = dangerous_tools(&["pay".to_owned()]);
        let said = said_with(author, &operators, &[], agent, ("pay", &json!({})));
        assert_eq!(said, "ask: a human decides about calls of 'pay'");
    }
}

#[test]
fn what_no_rule_speaks_of_is_allowed() {
    assert_eq!(effect(&[], "write_file", &json!({})), "allow");
    assert_eq!(effect(&[rule(r#"{"tool": "other", "effect": "deny"}"#)], "write_file", &json!({})), "allow");
}

#[test]
fn the_first_rule_that_speaks_of_a_call_decides_and_its_reason_is_given() {
    let rules = [
        rule(
            r#"{"tool": "write_file", "effect": "allow", "conditions": [{"argument": "/path", "is": "matches", "value": "notes/*"}]}"#,
        ),
        rule(r#"{"tool": "write_*", "effect": "ask", "reason": "it writes"}"#),
        rule(r#"{"tool": "*", "effect": "deny"}"#),
    ];
    let agent = AgentId(SystemClock.uuid());
    for (name, args, expected) in [
        ("write_file", json!({"path": "notes/a.md"}), "allow"),
        ("write_file", json!({"path": "src/a.rs"}), "ask: it writes"),
        ("write_row", json!({}), "ask: it writes"),
        ("read_file", json!({}), "deny: a rule of this organisation forbids this call of 'read_file'"),
    ] {
        assert_eq!(said(&[], &rules, agent, name, &args), expected);
    }
}

#[test]
fn conditions_look_at_arguments() {
    for (condition, args, holds) in [
        (r#"{"argument": "/n", "is": "gt", "value": 100}"#, json!({"n": 101}), true),
        (r#"{"argument": "/n", "is": "gt", "value": 100}"#, json!({"n": 100}), false),
        (r#"{"argument": "/n", "is": "gt", "value": 100}"#, json!({"n": "101"}), false),
        (r#"{"argument": "/n", "is": "lt", "value": 0.5}"#, json!({"n": 0}), true),
        (r#"{"argument": "/n", "is": "eq", "value": 1}"#, json!({"n": 1.0}), true),
        (r#"{"argument": "/o/force", "is": "eq", "value": true}"#, json!({"o": {"force": true}}), true),
        (r#"{"argument": "/o/force", "is": "eq", "value": true}"#, json!({"o": {}}), false),
        (r#"{"argument": "/list/0", "is": "eq", "value": "a"}"#, json!({"list": ["a"]}), true),
        (r#"{"argument": "/path", "is": "matches", "value": "*.md"}"#, json!({"path": "a.md"}), true),
        (r#"{"argument": "/path", "is": "matches", "value": "*"}"#, json!({"path": 5}), false),
        (r#"{"argument": "/path", "is": "eq", "value": null}"#, json!({}), false),
    ] {
        let rules = [rule(&format!(r#"{{"tool": "t", "effect": "ask", "conditions": [{condition}]}}"#))];
        assert_eq!(effect(&rules, "t", &args) == "ask", holds, "{condition} {args}");
    }
}

#[test]
fn a_rule_may_be_about_one_agent() {
    let (one, other) = (AgentId(SystemClock.uuid()), AgentId(SystemClock.uuid()));
    let rules = [rule(&format!(r#"{{"tool": "*", "agent_id": "{one}", "effect": "ask", "reason": "r"}}"#))];
    assert_eq!(said(&[], &rules, one, "t", &json!({})), "ask: r");
    assert_eq!(said(&[], &rules, other, "t", &json!({})), "allow");
}

#[test]
fn tenants_are_heard_before_the_operator() {
    let operators = dangerous_tools(&["write_file".into()]);
    let agent = AgentId(SystemClock.uuid());
    let asked = said(&operators, &[], agent, "write_file", &json!({}));
    assert_eq!(asked, "ask: a human decides about calls of 'write_file'");
    for (effect, expected) in [("allow", "allow"), ("deny", "deny: no")] {
        let rules = [rule(&format!(r#"{{"tool": "write_file", "effect": "{effect}", "reason": "no"}}"#))];
        assert_eq!(said(&operators, &rules, agent, "write_file", &json!({})), expected);
    }
}

#[test]
fn dangerous_tools_are_those_of_the_list_and_a_few_more_each_once() {
    let names = |given: &[&str]| -> Vec<String> {
        let given: Vec<String> = given.iter().map(|name| (*name).to_owned()).collect();
        dangerous_tools(&given).into_iter().map(|rule| rule.tool).collect()
    };
    assert_eq!(names(&[]), ["create_directory", "move_file", "git_commit"]);
    assert_eq!(names(&["delete_*", "move_file"]), ["delete_*", "move_file", "create_directory", "git_commit"]);
    assert_eq!(names(&["run_command"]), ["run_command", "create_directory", "move_file", "git_commit"]);
}
