//! Control calls: calls that the machine executes itself.

use artel_domain::{Event, Plan, RunFailure, Specialist, SwitchCause, ToolOutcome};
use serde_json::Value;

use super::{Call, Effect, Turn, dispatch, finish, refuse};

/// The tool of the catalogue that ends the turn.
const EXIT: &str = "exit";

impl Turn {
    /// The effects of a call of a control tool. Its arguments fit the tool's schema.
    pub(crate) fn control(&self, call: &Call) -> Vec<Effect> {
        match call.planned.name.as_str() {
            "switch_mode" => self.switch(call),
            "attempt_completion" => vec![done(call, "The task is done.")],
            "ask_followup_question" if self.has_plan() => {
                vec![refuse(
                    call,
                    "no questions can be asked while a plan is carried out: decide, and say what you decided".into(),
                )]
            }
            "ask_followup_question" => vec![done(call, "The user was asked; their next message is the answer.")],
            "create_plan" if self.has_plan() => {
                vec![refuse(call, "a plan is being carried out: do your part of it".into())]
            }
            "create_plan" => match plan_of(&call.args) {
                Ok(_) => vec![done(call, "The plan is accepted and carried out now, subtask by subtask.")],
                Err(problem) => vec![refuse(call, problem)],
            },
            EXIT => vec![exit(call)],
            other => vec![refuse(call, format!("there is no tool '{other}'"))],
        }
    }

    /// Calls beside `exit` in the same answer are not made: the next of them to be refused; `None` when there is none.
    pub(crate) fn beside_exit(&self) -> Option<Effect> {
        let exit = self.calls.iter().find(|call| call.planned.is_control_named(EXIT))?;
        let other = |call: &&Call| !call.state.is_final() && call.planned.call_id != exit.planned.call_id;
        let beside = self.calls.iter().find(other)?;
        let error = "conflict: exit was called in the same answer, so this call was not made; call exit alone, last";
        Some(refuse(beside, error.to_owned()))
    }

    fn switch(&self, call: &Call) -> Vec<Effect> {
        let wanted = call.args.get("mode").and_then(Value::as_str).and_then(Specialist::parse);
        let (Some(to), Some(from)) = (wanted, self.specialist()) else {
            return vec![refuse(call, "there is no such agent".into())];
        };
        if to == from {
            return vec![refuse(call, format!("you are the {} agent already: go on", to.as_str()))];
        }
        if !self.may_switch() {
            let message =
                format!("the agents handed the task over more than {} times for one message", self.limits.max_switches);
            return vec![Effect::Record(self.failure(RunFailure::AgentSwitchLimit, message))];
        }
        let reason =
            call.args.get("reason").and_then(Value::as_str).unwrap_or("the task suits this agent better").to_owned();
        let switched = Event::AgentSwitched { from, to, reason, confidence: None, cause: SwitchCause::Model };
        vec![Effect::Record(switched), done(call, &format!("Switched to {} agent", to.as_str()))]
    }

    /// What follows from a finished control call; `None` when the step continues as usual.
    pub(crate) fn after_control(&self, call: &Call) -> Option<Vec<Effect>> {
        if !call.planned.is_control() || call.state != artel_domain::CallState::Succeeded {
            return None;
        }
        let text = |name: &str| call.args.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        match call.planned.name.as_str() {
            "attempt_completion" => Some(self.complete(text("result"))),
            EXIT => Some(self.complete(text("answer"))),
            "ask_followup_question" => Some(vec![self.success(text("question"))]),
            "create_plan" => {
                let plan = plan_of(&call.args).ok()?;
                Some(vec![Effect::Record(Event::PlanStarted { call_id: call.planned.call_id, plan })])
            }
            _ => None,
        }
    }
}

/// The end of the turn, with an answer that the schema of a tenant's row may not have asked for.
fn exit(call: &Call) -> Effect {
    let answer = call.args.get("answer").and_then(Value::as_str).unwrap_or_default();
    let has_files = call.args.get("files").and_then(Value::as_array).is_some_and(|files| !files.is_empty());
    if answer.trim().is_empty() {
        return refuse(call, "invalid_argument: answer: it is missing or blank; say what was done".into());
    }
    if has_files {
        // A worker looks whether the files are there. The turn ends when they are.
        return dispatch(call);
    }
    done(call, "The task is finished.")
}

fn done(call: &Call, answer: &str) -> Effect {
    finish(call, ToolOutcome::Succeeded { output: Value::String(answer.to_owned()) })
}

/// Reads the arguments of `create_plan`.
///
/// # Errors
/// A text for the model.
pub fn plan_of(args: &Value) -> Result<Plan, String> {
    let plan: Plan = serde_json::from_value(args.clone()).map_err(|error| format!("this is not a plan: {error}"))?;
    let count = plan.subtasks.len();
    if count == 0 {
        return Err("a plan has at least one subtask".to_owned());
    }
    for (index, subtask) in plan.subtasks.iter().enumerate() {
        if matches!(subtask.agent, Specialist::Architect | Specialist::Orchestrator) {
            return Err(format!("subtask {index}: its agent must be coder, debug or ask"));
        }
        if let Some(wrong) = subtask.dependencies.iter().find(|at| **at >= count || **at == index) {
            return Err(format!("subtask {index} cannot depend on {wrong}"));
        }
    }
    if has_cycle(&plan) { Err("the subtasks depend on each other in a circle".to_owned()) } else { Ok(plan) }
}

/// Whether subtasks depend on each other. Removes subtasks without open dependencies until none is left; the rest is a
/// cycle.
fn has_cycle(plan: &Plan) -> bool {
    let mut done = vec![false; plan.subtasks.len()];
    loop {
        let ready = |index: &usize| !done[*index] && plan.subtasks[*index].dependencies.iter().all(|at| done[*at]);
        let Some(next) = (0..done.len()).find(ready) else { return done.contains(&false) };
        done[next] = true;
    }
}
