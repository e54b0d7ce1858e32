//! The tools an agent has right now, under the names they are offered by.

use std::sync::Arc;

use artel_agent::{names, plan_of};
use artel_domain::event::{PlannedCall, Verdict};
use artel_domain::{
    ApprovalRule, AssistantCall, Binding, CallId, EffectClass, PermissionScope, Run, Specialist, ToolDefinition, ToolRef, ToolSpec,
};
use artel_identity::{Scope, Scopes};
use artel_specialists::SpecialistTool;
use serde_json::{Map, Value};

use crate::{Asked, Policy};

/// The control tool whose calls a human may be shown as a plan.
const CREATE_PLAN: &str = "create_plan";

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
    tool: ToolRef,
    /// The tool's own name, as the tenant or the data file wrote it.
    name: String,
    effect: EffectClass,
    /// The row of a tool that the tenant registered, and the agent's binding to it.
    bound: Option<Arc<(Binding, ToolDefinition)>>,
    /// The user decides about each call, whatever the rules say.
    asks: bool,
}

impl Item {
    fn of_row(offered: String, bound: (Binding, ToolDefinition)) -> Self {
        let row = &bound.1;
        Self {
            spec: ToolSpec {
                name: offered,
                description: row.description.clone(),
                input_schema: row.input_schema.clone(),
                rest: Map::new(),
            },
            tool: ToolRef::Row { id: row.id, version: row.version },
            name: row.name.clone(),
            effect: row.effect,
            bound: Some(Arc::new(bound)),
            asks: false,
        }
    }

    fn of_specialist(tool: ToolRef, of: &SpecialistTool) -> Self {
        Self { spec: of.spec(), tool, name: of.name.clone(), effect: of.effect, bound: None, asks: false }
    }
}

impl Toolbox {
    pub(crate) fn new(bindings: Vec<(Binding, ToolDefinition)>, tenant_rules: Vec<ApprovalRule>, run: &Run) -> Self {
        let offered = names::offer(bindings.iter().map(|(_, tool)| tool.name.as_str()));
        let items = offered.into_iter().zip(bindings).map(|(name, bound)| Item::of_row(name, bound));
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
        let client = client.map(|tool| Item::of_specialist(ToolRef::client(&tool.name), tool));
        let shows_plans = team.is_some_and(|team| team.plans);
        let control = profile.control_tools.iter().filter_map(|name| artel_specialists::control_tool(name));
        let control = control
            .map(|tool| Item { asks: shows_plans && tool.name == CREATE_PLAN, ..Item::of_specialist(ToolRef::control(&tool.name), tool) });
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
    pub(crate) fn bound(&self, tool: Option<&ToolRef>) -> Option<Arc<(Binding, ToolDefinition)>> {
        let id = tool?.row_id()?;
        self.items.iter().find(|item| item.tool.row_id() == Some(id))?.bound.clone()
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
            name: item.map_or_else(|| call.name.clone(), |item| item.name.clone()),
            tool: item.map(|item| item.tool.clone()),
            args,
            effect: item.map_or(EffectClass::ReadOnly, |item| item.effect),
            verdict,
        }
    }

    /// The error is what the model is told.
    fn judge(&self, run: &Run, policy: &dyn Policy, item: &Item, args: &Value) -> Result<Verdict, String> {
        let unfit = |problem| format!("the arguments do not fit the tool's schema: {problem}");
        artel_tools::validate(&item.spec.input_schema, args).map_err(unfit)?;
        match (&item.tool, self.specialist) {
            (ToolRef::Client { name }, Some(specialist)) => artel_specialists::check(specialist, name, args)?,
            (ToolRef::Control { name }, _) if name == CREATE_PLAN => drop(plan_of(args)?),
            _ => self.check_scope(item)?,
        }
        let asked = Asked { agent_id: run.agent_id, tool: &item.tool, name: &item.name, args, tenant_rules: &self.tenant_rules };
        Ok(match policy.verdict(&asked) {
            Verdict::Allow if item.asks => Verdict::Ask { reason: "the plan is carried out when you approve it".to_owned() },
            verdict => verdict,
        })
    }

    fn check_scope(&self, item: &Item) -> Result<(), String> {
        let writes = item.bound.as_ref().is_some_and(|bound| bound.0.permission_scope == PermissionScope::Write);
        if writes && !self.may_write {
            return Err("this tool may write, and the caller of this run has no scope tools:write".to_owned());
        }
        Ok(())
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
