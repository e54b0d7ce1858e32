//! The tools an agent has right now, under the names they are offered by.

use std::sync::Arc;

use artel_agent::{names, plan_of};
use artel_domain::event::{PlannedCall, Verdict};
use artel_domain::{
    ApprovalRule, AssistantCall, Binding, CallId, EffectClass, Executor, PermissionScope, Run, Specialist, ToolDefinition, ToolId, ToolSpec,
};
use artel_identity::{Scope, Scopes};
use artel_specialists::SpecialistTool;
use serde_json::{Map, Value};

use crate::{Asked, Policy};

pub(crate) struct Toolbox {
    items: Vec<Item>,
    /// Whose tools they are, among the specialists.
    specialist: Option<Specialist>,
    may_write: bool,
    tenant_rules: Vec<ApprovalRule>,
}

/// A tool as it is offered.
struct Item {
    spec: ToolSpec,
    kind: Kind,
}

enum Kind {
    Bound(Arc<(Binding, ToolDefinition)>),
    Client(&'static SpecialistTool),
    /// With `asks`, its user decides about each call.
    Control {
        tool: &'static SpecialistTool,
        asks: bool,
    },
}

impl Toolbox {
    pub(crate) fn new(bindings: Vec<(Binding, ToolDefinition)>, tenant_rules: Vec<ApprovalRule>, run: &Run) -> Self {
        let offered = names::offer(bindings.iter().map(|(_, tool)| tool.name.as_str()));
        let items = offered.into_iter().zip(bindings).map(|(name, bound)| Item {
            spec: ToolSpec { name, description: bound.1.description.clone(), input_schema: bound.1.input_schema.clone(), rest: Map::new() },
            kind: Kind::Bound(Arc::new(bound)),
        });
        let may_write = Scopes::new(run.principal.scopes.iter().cloned()).allows(Scope::ToolsWrite);
        Self { items: items.collect(), specialist: None, may_write, tenant_rules }
    }

    /// The tools of a specialist: those that the client can execute, and those that steer the run.
    pub(crate) fn put_on(&mut self, specialist: Specialist, run: &Run) {
        let profile = artel_specialists::profile(specialist);
        let team = run.team.as_ref();
        let can = |tool: &&SpecialistTool| {
            let known = |name: &String| artel_specialists::client_tool(name).is_some_and(|known| known.name == tool.name);
            team.is_some_and(|team| team.client_tools.iter().any(known))
        };
        let client = profile.tools.iter().filter_map(|name| artel_specialists::client_tool(name)).filter(can);
        let client = client.map(|tool| Item { spec: tool.spec(), kind: Kind::Client(tool) });
        let shows_plans = team.is_some_and(|team| team.plans);
        let control = profile.control_tools.iter().filter_map(|name| artel_specialists::control_tool(name));
        let control =
            control.map(|tool| Item { spec: tool.spec(), kind: Kind::Control { tool, asks: shows_plans && tool.name == "create_plan" } });
        self.items = client.chain(control).collect();
        self.specialist = Some(specialist);
    }

    pub(crate) fn is_of(&self, specialist: Specialist) -> bool {
        self.specialist == Some(specialist)
    }

    pub(crate) fn specs(&self) -> Vec<ToolSpec> {
        self.items.iter().map(|item| item.spec.clone()).collect()
    }

    pub(crate) fn may_write(&self) -> bool {
        self.may_write
    }

    /// The tool of a planned call; `None` when it was unbound since.
    pub(crate) fn bound(&self, tool: Option<ToolId>) -> Option<Arc<(Binding, ToolDefinition)>> {
        self.items.iter().find_map(|item| match &item.kind {
            Kind::Bound(bound) if Some(bound.1.id) == tool => Some(bound.clone()),
            _ => None,
        })
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
                let verdict = self.judge(run, policy, item, &args).unwrap_or_else(refuse);
                (args, verdict)
            }
        };
        PlannedCall {
            call_id: CallId::derive(run.id, step, ordinal),
            step,
            ordinal,
            provider_call_id: call.id.clone(),
            offered_name: call.name.clone(),
            name: item.map_or_else(|| call.name.clone(), |item| item.kind.name().to_owned()),
            tool_id: item.and_then(|item| item.kind.tool_id()),
            args,
            effect: item.map_or(EffectClass::ReadOnly, |item| item.kind.effect()),
            verdict,
            executor: item.map_or(Executor::Server, |item| item.kind.executor()),
        }
    }

    /// The error is what the model is told.
    fn judge(&self, run: &Run, policy: &dyn Policy, item: &Item, args: &Value) -> Result<Verdict, String> {
        let unfit = |problem| format!("the arguments do not fit the tool's schema: {problem}");
        artel_tools::validate(&item.spec.input_schema, args).map_err(unfit)?;
        match &item.kind {
            Kind::Bound(bound) if bound.0.permission_scope == PermissionScope::Write && !self.may_write => {
                return Err("this tool may write, and the caller of this run has no scope tools:write".to_owned());
            }
            Kind::Client(tool) => {
                self.specialist.map_or(Ok(()), |specialist| artel_specialists::check(specialist, &tool.name, args))?;
            }
            Kind::Control { tool, .. } if tool.name == "create_plan" => drop(plan_of(args)?),
            Kind::Bound(_) | Kind::Control { .. } => {}
        }
        let asked = Asked { agent_id: run.agent_id, tool: item.kind.name(), args, tenant_rules: &self.tenant_rules };
        Ok(match (policy.verdict(&asked), &item.kind) {
            (Verdict::Allow, Kind::Control { asks: true, .. }) => {
                Verdict::Ask { reason: "the plan is carried out when you approve it".to_owned() }
            }
            (verdict, _) => verdict,
        })
    }

    fn unknown(&self, name: &str) -> String {
        if let Some(specialist) = self.specialist.filter(|_| artel_specialists::client_tool(name).is_some())
            && let Err(problem) = artel_specialists::check(specialist, name, &Value::Null)
        {
            return problem;
        }
        let known: Vec<&str> = self.items.iter().map(|item| item.spec.name.as_str()).collect();
        if known.is_empty() {
            format!("there is no tool '{name}': this agent has no tools")
        } else {
            format!("there is no tool '{name}'; the tools are: {}", known.join(", "))
        }
    }
}

impl Kind {
    /// As the tenant, or the data file, wrote it.
    fn name(&self) -> &str {
        match self {
            Self::Bound(bound) => &bound.1.name,
            Self::Client(tool) | Self::Control { tool, .. } => &tool.name,
        }
    }

    fn tool_id(&self) -> Option<ToolId> {
        if let Self::Bound(bound) = self { Some(bound.1.id) } else { None }
    }

    fn effect(&self) -> EffectClass {
        match self {
            Self::Bound(bound) => bound.1.effect,
            Self::Client(tool) | Self::Control { tool, .. } => tool.effect,
        }
    }

    fn executor(&self) -> Executor {
        match self {
            Self::Bound(_) => Executor::Server,
            Self::Client(_) => Executor::Client,
            Self::Control { .. } => Executor::Control,
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
