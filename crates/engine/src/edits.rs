//! Arguments that a human puts in place of a model's are held to what the model's were held to: the tool's schema, what
//! its agent may do, the rules.

use std::sync::Arc;

use artel_agent::plan_of;
use artel_domain::event::Verdict;
use artel_domain::{Approval, ApprovalRule, Event, Specialist, ToolRef};
use artel_specialists::{client_tool, control_tool};
use artel_store::{RunStore, StoreError, Viewer};
use artel_tools::{BrokeOff, Fuel, Programs};
use serde_json::Value;

use crate::toolbox::{Judge, function_of};
use crate::{Policy, ProposedCall};

/// Entries that are read to find whose call it is: a run of more has switched since.
const READ: u32 = 2000;

/// Why arguments cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EditProblem {
    #[error("{0}")]
    Wrong(String),
    #[error("the tool is gone: nothing can be put in place of its arguments")]
    ToolGone,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<BrokeOff> for EditProblem {
    fn from(broke_off: BrokeOff) -> Self {
        Self::Wrong(broke_off.to_string())
    }
}

/// Whether `args` may be used in the call that was asked about.
pub async fn check_edit(
    store: &dyn RunStore,
    policy: &Arc<dyn Policy>,
    asked: &Approval,
    args: &Value,
) -> Result<(), EditProblem> {
    // Whoever edits may see the approval without the rest of its run.
    let viewer = &Viewer::service(asked.tenant_id);
    let calls = store.list_tool_calls(viewer, &[asked.run_id]).await?;
    let call = calls.into_iter().find(|call| call.id == asked.call_id).ok_or(EditProblem::ToolGone)?;
    let tool = call.tool.ok_or(EditProblem::ToolGone)?;
    let held = held(store, asked, tool).await?;
    let run = store.find_run(viewer, asked.run_id).await?.ok_or(EditProblem::ToolGone)?;
    let rules = store.find_approval_rules(run.tenant_id).await?;
    let (policy, args) = (policy.clone(), args.clone());
    let work = move |fuel: &Fuel| {
        held.check_schema(&args, fuel).map_err(EditProblem::Wrong)?;
        held.check_rules(&Judge { run: &run, policy: &*policy, fuel }, &rules, &args)
    };
    Programs::of_process().run(asked.tenant_id, work).await
}

/// What new arguments of a call are held to.
struct Held {
    tool: ToolRef,
    /// As it is now: rules are about that one.
    name: String,
    /// The built-in function that it is.
    function: Option<String>,
    input_schema: Value,
    /// Whose turn it is, for a tool that the client executes.
    specialist: Option<Specialist>,
}

async fn held(store: &dyn RunStore, asked: &Approval, tool: ToolRef) -> Result<Held, EditProblem> {
    let (input_schema, specialist) = match &tool {
        ToolRef::Row { id, .. } => {
            let row = store.find_tool(asked.tenant_id, *id).await?.ok_or(EditProblem::ToolGone)?;
            let function = function_of(&row).map(str::to_owned);
            return Ok(Held { name: row.name, function, input_schema: row.input_schema, tool, specialist: None });
        }
        ToolRef::Client { name } => {
            let tool = client_tool(name).ok_or(EditProblem::ToolGone)?;
            let specialist = specialist(store, asked).await?.ok_or(EditProblem::ToolGone)?;
            (tool.input_schema.clone(), Some(specialist))
        }
        ToolRef::Control { name } => (control_tool(name).ok_or(EditProblem::ToolGone)?.input_schema.clone(), None),
        ToolRef::Builtin { name } => (artel_tools::builtin_schema(name).ok_or(EditProblem::ToolGone)?, None),
        // No agent has tools of these kinds, so none of their calls can be held.
        ToolRef::Connector { .. } | ToolRef::Mcp { .. } => return Err(EditProblem::ToolGone),
    };
    Ok(Held { name: asked.name.clone(), function: None, input_schema, tool, specialist })
}

impl Held {
    fn check_schema(&self, args: &Value, fuel: &Fuel) -> Result<(), String> {
        artel_tools::validate(&self.input_schema, args, fuel)?;
        match (&self.tool, self.specialist) {
            (ToolRef::Client { name }, Some(specialist)) => {
                let own_name = client_tool(name).map_or(name.as_str(), |tool| tool.name.as_str());
                artel_specialists::check(specialist, own_name, args)
            }
            (ToolRef::Control { name }, _) if name == "create_plan" => plan_of(args).map(drop),
            _ => Ok(()),
        }
    }

    fn check_rules(&self, judge: &Judge<'_>, rules: &[ApprovalRule], args: &Value) -> Result<(), EditProblem> {
        let (agent_id, fuel) = (judge.run.agent_id, judge.fuel);
        let other_names = &[self.function.as_deref().unwrap_or(&self.name)];
        let (tool, name, tenant_rules) = (&self.tool, self.name.as_str(), rules);
        // The author can only ask for a human, who decides here.
        let author = None;
        let asked = ProposedCall { agent_id, tool, name, other_names, args, tenant_rules, author, fuel };
        match judge.policy.verdict(&asked) {
            Verdict::Refuse { reason } => Err(EditProblem::Wrong(reason)),
            // A human decides: that is what is happening here.
            Verdict::Allow | Verdict::Ask { .. } => Ok(()),
        }
    }
}

/// Whose turn it is in the run that waits.
async fn specialist(store: &dyn RunStore, asked: &Approval) -> Result<Option<Specialist>, StoreError> {
    let entries = store.session_entries(&Viewer::service(asked.tenant_id), &asked.session_id, 0, READ).await?;
    Ok(entries.iter().rev().filter(|entry| entry.run_id == asked.run_id).find_map(|entry| match &entry.event {
        Event::AgentSwitched { to, .. } => Some(*to),
        Event::RunStarted { team, .. } => team.as_ref().map(|team| team.agent),
        _ => None,
    }))
}
