//! Which tools a rule is about. Every comparison of a rule with a tool goes through [`matches`].

use artel_domain::{ApprovalRule, ToolRef};
use artel_tools::{Exhausted, Fuel};

use super::glob;

/// Whether the rule's pattern fits the tool under one of its names: those given, and the one that its reference holds.
pub(super) fn matches(rule: &ApprovalRule, tool: &ToolRef, names: &[&str], fuel: &Fuel) -> Result<bool, Exhausted> {
    let pattern = normalised(&rule.tool);
    let own = tool.own_name();
    for name in names.iter().copied().chain(own.as_deref()) {
        if glob::matches(pattern, normalised(name), fuel)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The form in which names and patterns are compared. White space around a name makes no other name.
fn normalised(name: &str) -> &str {
    name.trim()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use artel_domain::{Clock, RuleEffect, SystemClock, ToolId};

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
        ] {
            let fuel = Fuel::steps(1000, Duration::from_secs(1));
            assert_eq!(matches(&rule(pattern), tool, &[name], &fuel), Ok(fits), "{pattern} {name}");
        }
    }
}
