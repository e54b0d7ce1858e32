//! Which tools a rule is about. Every comparison of a rule with a tool goes through [`matches`].

use artel_domain::{ApprovalRule, names};
use artel_tools::{Exhausted, Fuel};

use super::{ProposedCall, glob};

/// The forms of all names of the tool that is called: those given, and the one that its reference holds.
pub(super) fn names(asked: &ProposedCall<'_>) -> Vec<String> {
    let own = asked.tool.own_name();
    let all = asked.other_names.iter().copied().chain([asked.name]).chain(own.as_deref());
    let mut forms: Vec<String> = all.flat_map(names::forms).collect();
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// Whether the rule's pattern fits the tool under one of its [`names()`].
pub(super) fn matches(rule: &ApprovalRule, names: &[String], fuel: &Fuel) -> Result<bool, Exhausted> {
    for pattern in names::pattern_forms(&rule.tool) {
        for name in names {
            if glob::matches(&pattern, name, fuel)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use artel_domain::{AgentId, Clock, RuleEffect, SystemClock, ToolId, ToolRef};
    use serde_json::Value;

    use super::*;

    fn rule(tool: &str) -> ApprovalRule {
        ApprovalRule {
            tool: tool.to_owned(),
            agent_id: None,
            conditions: Vec::new(),
            effect: RuleEffect::Ask,
            reason: None,
            approvers: None,
        }
    }

    #[test]
    fn a_rule_is_about_a_tool_under_each_of_its_names() {
        let row = ToolRef::Row { id: ToolId(SystemClock.uuid()), version: 1 };
        let connector =
            ToolRef::Connector { connector: "github".into(), operation: "create_issue".into(), instance: None };
        let mcp = ToolRef::Mcp { server: "files".into(), tool: "read".into() };
        for (pattern, tool, name, fits) in [
            ("pay", &row, "pay", true),
            ("pay", &row, "pay ", true),
            (" pay", &row, "pay", true),
            ("pay", &row, "repay", false),
            ("github/*", &connector, "connector_execute", true),
            ("connector_*", &connector, "connector_execute", true),
            ("gitlab/*", &connector, "connector_execute", false),
            ("files/read", &mcp, "read", true),
            ("run_command", &ToolRef::client("execute_command"), "execute_command", true),
            ("Execute Command", &ToolRef::client("run_command"), "run_command", true),
            ("write_file", &row, "write file", true),
            ("write_file", &row, "Write_File", true),
            ("WRITE-*", &row, "write_file", true),
            ("write_file", &row, "write_file\u{200b}", true),
            ("write_file", &row, "writ\u{435}_file", true),
            ("?rite_file", &row, "wr\u{456}te_file", true),
            ("?o_make", &row, "do_make", true),
            ("write_*", &row, "write_", true),
        ] {
            assert_eq!(speaks_of(pattern, tool, name, &[]), fits, "{pattern} {name}");
        }
        assert!(speaks_of("calculator", &row, "sums", &["sums_2", "calculator"]));
    }

    fn speaks_of(pattern: &str, tool: &ToolRef, name: &str, other_names: &[&str]) -> bool {
        let fuel = Fuel::steps(1000, Duration::from_secs(1));
        let agent_id = AgentId(SystemClock.uuid());
        let (args, tenant_rules, author) = (&Value::Null, &[], None);
        let asked = ProposedCall { agent_id, tool, name, other_names, args, tenant_rules, author, fuel: &fuel };
        matches(&rule(pattern), &names(&asked), &fuel).unwrap()
    }
}
