//! The tools an agent has right now, under the names they are offered by.

use std::sync::Arc;

use artel_agent::{names, plan_of};
use artel_domain::event::{PlannedCall, Verdict};
use artel_domain::{
    ApprovalRule, AssistantCall, Binding, CallId, EffectClass, ExecutionType, Run, Specialist, Subagent, SubagentKind,
    ToolDefinition, ToolRef, ToolSpec, read_foreign_json,
};
use artel_identity::{Scope, Scopes};
use artel_specialists::SpecialistTool;
use artel_tools::{BoundTool, Fuel, Registry, function_name};
use serde_json::{Map, Value};

use crate::{AuthorAsks, Policy, ProposedCall};

/// The control tool whose calls a human may be shown as a plan.
const CREATE_PLAN: &str = "create_plan";

/// The tool of the catalogue that ends the turn.
const EXIT: &str = "exit";

/// The tool of the catalogue that asks the user.
const REQUEST_FORM: &str = "request_form";
const TASK_RUNTIME: &str = "task_runtime";

/// The tool of the catalogue that starts runs.
const RUN_SUBAGENT: &str = "run_subagent";

#[derive(Clone)]
pub(crate) struct Toolbox {
    items: Arc<[Item]>,
    /// Whose tools they are, among the specialists.
    specialist: Option<Specialist>,
    may_write: bool,
    /// They are a subagent's that changes nothing.
    only_reads: bool,
    /// The agent's author has a human decide about every call.
    asks: bool,
    tenant_rules: Arc<[ApprovalRule]>,
}

/// A call that the rules have judged. When a human is asked about it, it still lacks the account that they are shown,
/// so it is no planned call yet.
pub(crate) struct Judged(pub(crate) PlannedCall);

/// What calls are judged with.
pub(crate) struct Judge<'a> {
    pub(crate) run: &'a Run,
    pub(crate) policy: &'a dyn Policy,
    pub(crate) fuel: &'a Fuel,
}

/// A tool as it is offered.
#[derive(Clone)]
struct Item {
    spec: ToolSpec,
    tool: ToolRef,
    /// The tool's own name, as the tenant or the data file wrote it.
    name: String,
    /// The built-in function that a tenant's tool is.
    function: Option<String>,
    /// What recovery may do with a call, where a worker does not make it.
    effect: EffectClass,
    /// For tools whose calls a worker makes.
    callable: Option<BoundTool>,
    /// The user decides about each call, whatever the rules say.
    asks: bool,
    /// The agent's author has a human decide about each call.
    author_asks: bool,
    /// No call of it changes anything.
    reads: bool,
}

impl Item {
    /// `None` for a tool that this installation cannot call: models are not offered it.
    fn of_row(tools: &Registry, offered: String, bound: &(Binding, ToolDefinition)) -> Option<Self> {
        let tool = ToolRef::Row { id: bound.1.id, version: bound.1.version };
        let callable = tools.resolve(&tool, Some(bound))?;
        if let Err(missing) = callable.available() {
            tracing::warn!(tool = bound.1.name, %missing, "a tool is not offered to the model");
            return None;
        }
        let descriptor = callable.descriptor().clone();
        let (description, input_schema) = (descriptor.description, descriptor.input_schema);
        // The machine ends the turn itself, whatever the tenant calls the tool.
        let function = function_of(&bound.1);
        let ends = function == Some(EXIT);
        let reads = reads(&callable) && function.is_none_or(|name| function_reads(tools, name));
        let (tool, name) = if ends { (ToolRef::control(EXIT), EXIT.to_owned()) } else { (tool, descriptor.name) };
        Some(Self {
            spec: ToolSpec { name: offered, description, input_schema, rest: Map::new() },
            tool,
            name,
            function: function.map(str::to_owned),
            effect: descriptor.effect,
            callable: Some(callable),
            asks: false,
            author_asks: bound.0.require_approval,
            reads,
        })
    }

    fn of_catalogue(callable: BoundTool) -> Self {
        let descriptor = callable.descriptor().clone();
        let (name, description, input_schema) = (descriptor.name, descriptor.description, descriptor.input_schema);
        // The machine ends the turn itself.
        let tool = if name == EXIT { ToolRef::control(EXIT) } else { ToolRef::builtin(&name) };
        let spec = ToolSpec { name: name.clone(), description, input_schema, rest: Map::new() };
        let (effect, reads) = (descriptor.effect, reads(&callable));
        Self {
            spec,
            tool,
            name,
            function: None,
            effect,
            callable: Some(callable),
            asks: false,
            author_asks: false,
            reads,
        }
    }

    fn of_specialist(tool: ToolRef, of: &SpecialistTool) -> Self {
        let (spec, name) = (of.spec(), of.name.clone());
        Self {
            spec,
            tool,
            name,
            function: None,
            effect: of.effect,
            callable: None,
            asks: false,
            author_asks: false,
            reads: false,
        }
    }

    /// It is this built-in function, under whatever name.
    fn is_function(&self, function: &str) -> bool {
        match &self.tool {
            ToolRef::Builtin { name } | ToolRef::Control { name } => name == function,
            _ => self.function.as_deref() == Some(function),
        }
    }

    /// Whether a subagent can have it, when so many runs are above it. Nobody talks with a subagent.
    fn suits(&self, kind: SubagentKind, depth: usize) -> bool {
        if self.tool.is_client() || self.is_function(REQUEST_FORM) || self.is_function(TASK_RUNTIME) {
            return false;
        }
        if self.is_function(RUN_SUBAGENT) {
            return depth < Subagent::DEEPEST && !kind.only_reads();
        }
        !kind.only_reads() || self.reads || self.is_function(EXIT)
    }

    fn effect_of(&self, args: &Value) -> EffectClass {
        self.callable.as_ref().map_or(self.effect, |callable| callable.effect(args))
    }
}

impl Toolbox {
    /// The tools that the agent is bound to and this installation can call.
    pub(crate) fn new(
        tools: &Registry,
        bindings: &[(Binding, ToolDefinition)],
        tenant_rules: Vec<ApprovalRule>,
        run: &Run,
    ) -> Self {
        let offered = names::offer(bindings.iter().map(|(_, tool)| tool.name.as_str()));
        let items = offered.into_iter().zip(bindings).filter_map(|(name, bound)| Item::of_row(tools, name, bound));
        let may_write = Scopes::new(run.principal.scopes.iter().cloned()).allows(Scope::ToolsWrite);
        let tenant_rules = tenant_rules.into();
        Self { items: items.collect(), specialist: None, may_write, only_reads: false, asks: false, tenant_rules }
    }

    /// The same, for an agent whose author has a human decide about every call.
    pub(crate) fn asking(self, asks: bool) -> Self {
        Self { asks, ..self }
    }

    /// With the tools of the catalogue that this installation can call. A tool of the agent's own keeps its name.
    pub(crate) fn with_catalogue(mut self, tools: &Registry) -> Self {
        let own = |name: &str| self.items.iter().any(|item| item.spec.name == name);
        let more = tools.catalogue_tools().filter(|tool| !own(&tool.descriptor().name)).map(Item::of_catalogue);
        self.items = self.items.iter().cloned().chain(more).collect();
        self
    }

    /// Without the tool that only works in executions of tasks.
    pub(crate) fn outside_of_tasks(mut self) -> Self {
        self.items = self.items.iter().filter(|item| !item.is_function(TASK_RUNTIME)).cloned().collect();
        self
    }

    /// The names of the tools that a subagent can have, when so many runs are above it.
    pub(crate) fn for_subagent(&self, kind: SubagentKind, depth: usize) -> Vec<String> {
        let suiting = self.items.iter().filter(|item| item.suits(kind, depth));
        suiting.map(|item| item.spec.name.clone()).collect()
    }

    /// With no other tools than the subagent has.
    pub(crate) fn within(mut self, subagent: &Subagent) -> Self {
        let (kind, depth) = (subagent.kind, subagent.depth());
        let has = |item: &&Item| subagent.tools.contains(&item.spec.name) && item.suits(kind, depth);
        self.items = self.items.iter().filter(has).cloned().collect();
        self.only_reads = kind.only_reads();
        self
    }

    /// The tools of a specialist: those that the client can execute, and those that steer the run.
    pub(crate) fn put_on(&mut self, specialist: Specialist, run: &Run) {
        let profile = artel_specialists::profile(specialist);
        let team = run.team.as_ref();
        let can = |tool: &&SpecialistTool| {
            let known =
                |name: &String| artel_specialists::client_tool(name).is_some_and(|known| known.name == tool.name);
            team.is_some_and(|team| team.client_tools.iter().any(known))
        };
        let client = profile.tools.iter().filter_map(|name| artel_specialists::client_tool(name)).filter(can);
        let client = client.map(|tool| Item::of_specialist(ToolRef::client(&tool.name), tool));
        let shows_plans = team.is_some_and(|team| team.plans);
        let control = profile.control_tools.iter().filter_map(|name| artel_specialists::control_tool(name));
        let control = control.map(|tool| Item {
            asks: shows_plans && tool.name == CREATE_PLAN,
            ..Item::of_specialist(ToolRef::control(&tool.name), tool)
        });
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
    pub(crate) fn callable(&self, tool: Option<&ToolRef>) -> Option<BoundTool> {
        let is_meant = |item: &&Item| match (&item.tool, tool) {
            // The row may be of another version by now.
            (ToolRef::Row { id, .. }, Some(ToolRef::Row { id: planned, .. })) => id == planned,
            (ToolRef::Builtin { name }, Some(ToolRef::Builtin { name: planned })) => name == planned,
            // Its files are looked for by the worker.
            (ToolRef::Control { name }, Some(ToolRef::Control { name: planned })) => name == EXIT && name == planned,
            _ => false,
        };
        self.items.iter().find(is_meant)?.callable.clone()
    }

    /// Resolves and judges what the model asked for. Schemas and rules are the tenant's programs.
    ///
    /// # Arguments
    /// * `most`: calls that are planned to be made. One more call is planned and refused, so that the model hears of
    ///   those that are left out.
    pub(crate) fn plan(&self, judge: &Judge<'_>, step: u32, calls: &[AssistantCall], most: usize) -> Vec<Judged> {
        let (kept, refusal) = bounded(calls, most);
        let mut planned: Vec<PlannedCall> =
            kept.iter().zip(0..).map(|(call, ordinal)| self.plan_one(judge, step, ordinal, call)).collect();
        if let (Some(reason), Some(last)) = (refusal, planned.last_mut()) {
            last.verdict = refuse(reason);
        }
        planned.into_iter().map(Judged).collect()
    }

    fn plan_one(&self, judge: &Judge<'_>, step: u32, ordinal: u32, call: &AssistantCall) -> PlannedCall {
        let item = self.items.iter().find(|item| item.spec.name == call.name);
        let (args, verdict) = match (item, parse(&call.arguments)) {
            (None, args) => (args.unwrap_or_else(|_| call.arguments.clone().into()), refuse(self.unknown(&call.name))),
            (Some(_), Err(problem)) => (Value::String(call.arguments.clone()), refuse(problem)),
            (Some(item), Ok(args)) => {
                let verdict = self.judge(judge, item, &args).unwrap_or_else(refuse);
                (args, verdict)
            }
        };
        PlannedCall {
            call_id: CallId::derive(judge.run.id, step, ordinal),
            step,
            ordinal,
            provider_call_id: call.id.clone(),
            offered_name: call.name.clone(),
            name: item.map_or_else(|| call.name.clone(), |item| item.name.clone()),
            tool: item.map(|item| item.tool.clone()),
            effect: item.map_or(EffectClass::ReadOnly, |item| item.effect_of(&args)),
            args,
            verdict,
        }
    }

    /// The error is what the model is told.
    fn judge(&self, judge: &Judge<'_>, item: &Item, args: &Value) -> Result<Verdict, String> {
        match &item.callable {
            Some(callable) => callable.check(args, self.may_write, judge.fuel)?,
            None => artel_tools::validate(&item.spec.input_schema, args, judge.fuel)?,
        }
        if self.only_reads && !item.is_function(EXIT) && item.effect_of(args) != EffectClass::ReadOnly {
            return Err("forbidden: this subagent only reads, and this call would write".to_owned());
        }
        match (&item.tool, self.specialist) {
            (ToolRef::Client { name }, Some(specialist)) => artel_specialists::check(specialist, name, args)?,
            (ToolRef::Control { name }, _) if name == CREATE_PLAN => drop(plan_of(args)?),
            _ => {}
        }
        let asked = ProposedCall {
            agent_id: judge.run.agent_id,
            tool: &item.tool,
            name: &item.name,
            other_names: &[&item.spec.name, item.function.as_deref().unwrap_or(&item.name)],
            args,
            tenant_rules: &self.tenant_rules,
            author: self.author_asks(item),
            fuel: judge.fuel,
        };
        Ok(match judge.policy.verdict(&asked) {
            Verdict::Allow if item.asks => Verdict::Ask {
                reason: "the plan is carried out when you approve it".to_owned(),
                approvers: Vec::new(),
                account: None,
            },
            verdict => verdict,
        })
    }

    /// What steers the run itself reaches nothing, so the wish about every tool does not mean it.
    fn author_asks(&self, item: &Item) -> Option<AuthorAsks> {
        if item.author_asks {
            return Some(AuthorAsks::AboutTool);
        }
        let steers = matches!(item.tool, ToolRef::Control { .. });
        (self.asks && !steers).then_some(AuthorAsks::AboutAll)
    }

    fn unknown(&self, name: &str) -> String {
        if let Some(specialist) = self.specialist.filter(|_| artel_specialists::client_tool(name).is_some())
            && let Err(problem) = artel_specialists::check(specialist, name, &Value::Null)
        {
            return problem;
        }
        if name == TASK_RUNTIME {
            return "forbidden: task_runtime works only inside of a task's execution, and this run is none; make a task with \
                    manage_task, or keep facts with manage_memory"
                .to_owned();
        }
        let known: Vec<&str> = self.items.iter().map(|item| item.spec.name.as_str()).collect();
        if known.is_empty() {
            format!("there is no tool '{name}': this agent has no tools")
        } else {
            format!("there is no tool '{name}'; the tools are: {}", known.join(", "))
        }
    }
}

/// The calls that are planned, and why the last of them is refused, when there are too many.
fn bounded(calls: &[AssistantCall], most: usize) -> (&[AssistantCall], Option<String>) {
    if calls.len() <= most {
        return (calls, None);
    }
    let reason = format!(
        "this answer asked for {} tool calls, and at most {most} are made of one answer: this call and those after it were \
         not made. Ask for fewer calls at a time.",
        calls.len()
    );
    (&calls[..=most], Some(reason))
}

/// Neither the tool nor the agent's binding says that it changes anything.
fn reads(callable: &BoundTool) -> bool {
    callable.descriptor().effect == EffectClass::ReadOnly && !callable.writes()
}

/// A tenant's row cannot say that a built-in function reads, when it writes.
fn function_reads(tools: &Registry, name: &str) -> bool {
    tools.builtin(name).is_some_and(|tool| tool.descriptor().effect == EffectClass::ReadOnly)
}

/// The built-in function that a tenant's tool is.
pub(crate) fn function_of(row: &ToolDefinition) -> Option<&str> {
    (row.execution_type == ExecutionType::Internal).then(|| function_name(row))
}

pub(crate) fn refuse(reason: String) -> Verdict {
    Verdict::Refuse { reason }
}

fn parse(arguments: &str) -> Result<Value, String> {
    if arguments.trim().is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    match read_foreign_json(arguments) {
        Ok(args @ Value::Object(_)) => Ok(args),
        Ok(_) => Err("the arguments must be a JSON object".into()),
        Err(error) => Err(format!("the arguments are not valid JSON: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{AssistantCall, bounded, parse};

    #[test]
    fn a_long_integer_of_a_call_keeps_its_digits() {
        let args = parse(r#"{"account": 40817810099910004312, "sum": 18446744073709551615}"#).unwrap();
        assert_eq!(args, serde_json::json!({ "account": "40817810099910004312", "sum": u64::MAX }));
    }

    #[test]
    fn of_too_many_calls_one_stands_for_those_that_are_left_out() {
        let call = |n: usize| AssistantCall {
            id: n.to_string(),
            name: "echo".to_owned(),
            arguments: "{}".to_owned(),
            rest: serde_json::Map::new(),
        };
        let calls: Vec<AssistantCall> = (0..20_000).map(call).collect();
        assert_eq!(bounded(&calls[..3], 3), (&calls[..3], None));
        let (kept, refusal) = bounded(&calls, 128);
        assert_eq!(kept, &calls[..129]);
        assert!(refusal.unwrap().contains("20000 tool calls"));
    }
}
