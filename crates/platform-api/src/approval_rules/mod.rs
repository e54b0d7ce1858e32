//! Which calls a human decides about, as the tenant's administrators say.

pub(crate) mod get;
pub(crate) mod put;

use artel_domain::{ApprovalRule, ArgumentCondition, Comparison};
use artel_http::{Checked, Faults};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

/// Characters of a value that an argument is compared with.
const LONGEST_VALUE: usize = 4000;

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default().routes(routes!(get::get_approval_rules, put::put_approval_rules))
}

/// Ordered: the first rule that speaks of a call decides. A call that none speaks of goes by the operator's defaults.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct TenantRules {
    #[schema(max_items = 200)]
    rules: Vec<ApprovalRule>,
}

impl Checked for TenantRules {
    fn check(&self, faults: &mut Faults) {
        faults.ensure(self.rules.len() <= 200, "rules", "must have at most 200 entries");
        for (i, rule) in self.rules.iter().enumerate() {
            let field = |name: &str| format!("rules[{i}].{name}");
            faults.name(&field("tool"), rule.tool.as_str());
            faults.length(&field("reason"), rule.reason.as_deref(), 0..=500);
            faults.ensure(rule.conditions.len() <= 20, &field("conditions"), "must have at most 20 entries");
            check_approvers(faults, &field("approvers"), rule);
            for (j, condition) in rule.conditions.iter().enumerate() {
                check_condition(faults, &field(&format!("conditions[{j}]")), condition);
            }
        }
    }
}

fn check_approvers(faults: &mut Faults, place: &str, rule: &ApprovalRule) {
    // Approvers of a rule that does not ask have nothing to decide, and are kept as they are.
    let Some(approvers) = &rule.approvers else { return };
    let names_somebody = !approvers.users.is_empty() || !approvers.scopes.is_empty();
    faults.ensure(names_somebody, place, "names nobody; give users (ids) or scopes, or leave approvers out");
    faults.ensure(approvers.users.len() <= 50, &format!("{place}.users"), "must have at most 50 entries");
    faults.ensure(approvers.scopes.len() <= 10, &format!("{place}.scopes"), "must have at most 10 entries");
    for (i, scope) in approvers.scopes.iter().enumerate() {
        let is_word = (1..=200).contains(&scope.len()) && scope.bytes().all(|byte| byte.is_ascii_graphic());
        faults.ensure(
            is_word,
            &format!("{place}.scopes[{i}]"),
            "must be a scope: 1 to 200 printable ASCII characters without spaces",
        );
    }
}

fn check_condition(faults: &mut Faults, place: &str, condition: &ArgumentCondition) {
    let pointer = condition.argument.strip_prefix('/');
    let is_pointer = pointer.is_some_and(|rest| !rest.contains('~') && rest.split('/').all(|name| !name.is_empty()));
    let argument = format!("{place}.argument");
    faults.length(&argument, condition.argument.as_str(), 2..=200);
    faults.ensure(is_pointer, &argument, "must be a JSON Pointer such as /path, without ~");
    let (fits, needs) = match condition.is {
        Comparison::Equals => (true, ""),
        Comparison::Greater | Comparison::Less => (condition.value.is_number(), "must be a number"),
        Comparison::Matches => (condition.value.is_string(), "must be a text with * and ?"),
    };
    let value = format!("{place}.value");
    faults.ensure(fits, &value, needs);
    match &condition.value {
        Value::String(text) => faults.length(&value, text.as_str(), 0..=LONGEST_VALUE),
        other => {
            let fits = other.to_string().len() <= LONGEST_VALUE;
            faults.ensure(fits, &value, "must have at most 4000 characters as JSON");
        }
    }
}
