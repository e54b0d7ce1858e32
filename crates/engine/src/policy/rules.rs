//! Ordered rules: the first that speaks of a call decides.

use std::cmp::Ordering;

use artel_domain::event::Verdict;
use artel_domain::{ApprovalRule, Approvers, ArgumentCondition, Comparison, RuleEffect, names};
use artel_tools::{Exhausted, Fuel};
use serde_json::Value;

use super::{AuthorAsks, Policy, ProposedCall, glob, subject};

/// Tools that change a machine's files or history, whatever else the operator lists.
const ALWAYS_DANGEROUS: [&str; 3] = ["create_directory", "move_file", "git_commit"];
const TOO_MUCH_WORK: &str = "this organisation's rules take too much work to judge these arguments; send shorter ones";

/// The tenant's rules, then the operator's. A call that none of them speaks of is allowed. The agent's author may have
/// a human decide about a call that they allow.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    operators: Vec<ApprovalRule>,
}

/// The operator's rules for tools of these names (`*` and `?` as in every rule): a human is asked about each call.
pub fn dangerous_tools(names: &[String]) -> Vec<ApprovalRule> {
    let all = names.iter().map(String::as_str).chain(ALWAYS_DANGEROUS);
    let mut rules: Vec<ApprovalRule> = Vec::new();
    for name in all {
        if rules.iter().all(|rule| rule.tool != name) {
            rules.push(asking(name));
        }
    }
    rules
}

fn asking(tool: &str) -> ApprovalRule {
    ApprovalRule {
        tool: tool.to_owned(),
        agent_id: None,
        conditions: Vec::new(),
        effect: RuleEffect::Ask,
        reason: None,
        approvers: None,
    }
}

impl Rules {
    /// `operators`: rules of the installation, in order. They are asked after those of the tenant.
    pub fn new(operators: Vec<ApprovalRule>) -> Self {
        Self { operators }
    }
}

impl Policy for Rules {
    fn verdict(&self, asked: &ProposedCall<'_>) -> Verdict {
        match (self.ruled(asked), asked.author) {
            (Verdict::Allow, Some(author)) => asked_by(author, asked.name),
            (ruled, _) => ruled,
        }
    }
}

impl Rules {
    fn ruled(&self, asked: &ProposedCall<'_>) -> Verdict {
        let names = subject::names(asked);
        for rule in asked.tenant_rules.iter().chain(&self.operators) {
            match speaks_of(rule, asked, &names) {
                Ok(false) => {}
                Ok(true) => return verdict(rule, asked.name),
                // What nobody judged is not made.
                Err(Exhausted) => return Verdict::Refuse { reason: TOO_MUCH_WORK.to_owned() },
            }
        }
        Verdict::Allow
    }
}

fn asked_by(author: AuthorAsks, tool: &str) -> Verdict {
    let tool = names::visible(tool);
    let reason = match author {
        AuthorAsks::AboutTool => format!("the agent's author has a human decide about calls of '{tool}'"),
        AuthorAsks::AboutAll => format!("the agent's author has a human decide about every call, also of '{tool}'"),
    };
    Verdict::Ask { reason, approvers: Vec::new(), account: None }
}

fn verdict(rule: &ApprovalRule, tool: &str) -> Verdict {
    // An earlier release took reasons that are not seen whole.
    let own = rule.reason.as_deref().map(|reason| names::visible(reason).into_owned());
    let reason = |otherwise: &str| own.unwrap_or_else(|| format!("{otherwise} '{}'", names::visible(tool)));
    match rule.effect {
        RuleEffect::Allow => Verdict::Allow,
        RuleEffect::Ask => Verdict::Ask {
            reason: reason("a human decides about calls of"),
            approvers: rule.approvers.as_ref().map(Approvers::names).unwrap_or_default(),
            account: None,
        },
        RuleEffect::Deny => Verdict::Refuse { reason: reason("a rule of this organisation forbids this call of") },
    }
}

fn speaks_of(rule: &ApprovalRule, asked: &ProposedCall<'_>, names: &[String]) -> Result<bool, Exhausted> {
    if rule.agent_id.is_some_and(|agent| agent != asked.agent_id) || !subject::matches(rule, names, asked.fuel)? {
        return Ok(false);
    }
    for condition in &rule.conditions {
        if !holds(condition, asked.args, asked.fuel)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn holds(condition: &ArgumentCondition, args: &Value, fuel: &Fuel) -> Result<bool, Exhausted> {
    // Values that are compared are looked at no further than the smaller of them goes.
    fuel.spend(1 + condition.argument.len() as u64 + size(&condition.value))?;
    let Some(given) = args.pointer(&condition.argument) else { return Ok(false) };
    // As JSON Schema has it, 1 and 1.0 are one number.
    let order = given.as_f64().zip(condition.value.as_f64()).and_then(|(given, value)| given.partial_cmp(&value));
    Ok(match condition.is {
        Comparison::Equals => *given == condition.value || order == Some(Ordering::Equal),
        Comparison::Greater => order == Some(Ordering::Greater),
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::Matches => match given.as_str().zip(condition.value.as_str()) {
            Some((given, pattern)) => glob::matches(pattern, given, fuel)?,
            None => false,
        },
    })
}

/// Values and bytes of texts in it.
fn size(value: &Value) -> u64 {
    let mut total = 0;
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        total += 1;
        match value {
            Value::String(text) => total += text.len() as u64,
            Value::Array(items) => open.extend(items),
            Value::Object(members) => open.extend(members.values()),
            _ => {}
        }
    }
    total
}

#[cfg(test)]
mod tests;
