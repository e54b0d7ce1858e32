//! The tools an agent has right now, under the names they are offered by.

use std::sync::Arc;

use artel_agent::names;
use artel_domain::event::{PlannedCall, Verdict};
use artel_domain::{ApprovalRule, AssistantCall, Binding, CallId, EffectClass, PermissionScope, Run, Tool, ToolId, ToolSpec};
use artel_identity::{Scope, Scopes};
use serde_json::{Map, Value};

use crate::{Asked, Policy};

pub(crate) struct Toolbox {
    items: Vec<Item>,
    may_write: bool,
    tenant_rules: Vec<ApprovalRule>,
}

/// A bound tool as it is offered.
#[derive(Clone)]
pub(crate) struct Item {
    pub(crate) spec: ToolSpec,
    pub(crate) tool: Arc<(Binding, Tool)>,
}

impl Toolbox {
    pub(crate) fn new(bindings: Vec<(Binding, Tool)>, tenant_rules: Vec<ApprovalRule>, run: &Run) -> Self {
        let offered = names::offer(bindings.iter().map(|(_, tool)| tool.name.as_str()));
        let items = offered
            .into_iter()
            .zip(bindings)
            .map(|(name, bound)| Item {
                spec: ToolSpec {
                    name,
                    description: bound.1.description.clone(),
                    input_schema: bound.1.input_schema.clone(),
                    rest: Map::new(),
                },
                tool: Arc::new(bound),
            })
            .collect();
        let may_write = Scopes::new(run.principal.scopes.iter().cloned()).allows(Scope::ToolsWrite);
        Self { items, may_write, tenant_rules }
    }

    pub(crate) fn specs(&self) -> Vec<ToolSpec> {
        self.items.iter().map(|item| item.spec.clone()).collect()
    }

    pub(crate) fn may_write(&self) -> bool {
        self.may_write
    }

    /// The tool of a planned call; `None` when it was unbound since.
    pub(crate) fn bound(&self, tool: Option<ToolId>) -> Option<Arc<(Binding, Tool)>> {
        self.items.iter().find(|item| Some(item.tool.1.id) == tool).map(|item| item.tool.clone())
    }

    /// Resolves and judges what the model asked for.
    pub(crate) fn plan(&self, run: &Run, policy: &dyn Policy, step: u32, calls: &[AssistantCall]) -> Vec<PlannedCall> {
        calls.iter().zip(0..).map(|(call, ordinal)| self.plan_one(run, policy, step, ordinal, call)).collect()
    }

    fn plan_one(&self, run: &Run, policy: &dyn Policy, step: u32, ordinal: u32, call: &AssistantCall) -> PlannedCall {
        let item = self.items.iter().find(|item| item.spec.name == call.name);
        let (args, verdict) = match (item, parse(&call.arguments)) {
            (None, args) => (args.unwrap_or_else(|_| call.arguments.clone().into()), refuse(self.unknown(&call.name))),
            (Some(_), Err(problem)) => (Value::String(call.arguments.clone()), refuse(problem)),
            (Some(item), Ok(args)) => {
                let verdict = self.judge(run, policy, item, &args);
                (args, verdict)
            }
        };
        PlannedCall {
            call_id: CallId::derive(run.id, step, ordinal),
            step,
            ordinal,
            provider_call_id: call.id.clone(),
            offered_name: call.name.clone(),
            name: item.map_or_else(|| call.name.clone(), |item| item.tool.1.name.clone()),
            tool_id: item.map(|item| item.tool.1.id),
            args,
            effect: item.map_or(EffectClass::ReadOnly, |item| item.tool.1.effect),
            verdict,
        }
    }

    fn judge(&self, run: &Run, policy: &dyn Policy, item: &Item, args: &Value) -> Verdict {
        let (binding, tool) = item.tool.as_ref();
        if let Err(problem) = artel_tools::validate(&tool.input_schema, args) {
            return refuse(format!("the arguments do not fit the tool's schema: {problem}"));
        }
        if binding.permission_scope == PermissionScope::Write && !self.may_write {
            return refuse("this tool may write, and the caller of this run has no scope tools:write".into());
        }
        policy.verdict(&Asked { agent_id: run.agent_id, tool, args, tenant_rules: &self.tenant_rules })
    }

    fn unknown(&self, name: &str) -> String {
        let known: Vec<&str> = self.items.iter().map(|item| item.spec.name.as_str()).collect();
        if known.is_empty() {
            format!("there is no tool '{name}': this agent has no tools")
        } else {
            format!("there is no tool '{name}'; the tools are: {}", known.join(", "))
        }
    }
}

fn refuse(reason: String) -> Verdict {
    Verdict::Refuse { reason }
}

fn parse(arguments: &str) -> Result<Value, String> {
    if arguments.trim().is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    match serde_json::from_str(arguments) {
        Ok(args @ Value::Object(_)) => Ok(args),
        Ok(_) => Err("the arguments must be a JSON object".into()),
        Err(error) => Err(format!("the arguments are not valid JSON: {error}")),
    }
}
