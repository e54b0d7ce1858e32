//! Arguments that a human puts in place of a model's are held to what the model's were held to: the tool's schema, what
//! its agent may do, the rules.

use artel_agent::plan_of;
use artel_domain::event::Verdict;
use artel_domain::{Approval, Event, Run, Specialist, ToolRef};
use artel_specialists::{client_tool, control_tool};
use artel_store::{RunStore, StoreError, Viewer};
use serde_json::Value;

use crate::{Asked, Policy};

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

/// Whether `args` may be used in the call that was asked about.
pub async fn check_edit(
    store: &dyn RunStore,
    policy: &dyn Policy,
    asked: &Approval,
    args: &Value,
) -> Result<(), EditProblem> {
    // Whoever edits may see the approval without the rest of its run.
    let viewer = &Viewer::service(asked.tenant_id);
    let calls = store.list_tool_calls(viewer, &[asked.run_id]).await?;
    let call = calls.into_iter().find(|call| call.id == asked.call_id).ok_or(EditProblem::ToolGone)?;
    let tool = call.tool.ok_or(EditProblem::ToolGone)?;
    let name = check_schema(store, asked, &tool, args).await?;
    let run = store.find_run(viewer, asked.run_id).await?.ok_or(EditProblem::ToolGone)?;
    check_rules(store, policy, &run, (&tool, &name), args).await
}

/// The tool's name, as it is now: rules are about that one.
async fn check_schema(
    store: &dyn RunStore,
    asked: &Approval,
    tool: &ToolRef,
    args: &Value,
) -> Result<String, EditProblem> {
    let fits = |schema: &Value| artel_tools::validate(schema, args).map_err(EditProblem::Wrong);
    match tool {
        ToolRef::Row { id, .. } => {
            let row = store.find_tool(asked.tenant_id, *id).await?.ok_or(EditProblem::ToolGone)?;
            fits(&row.input_schema)?;
            return Ok(row.name);
        }
        ToolRef::Client { name } => {
            let tool = client_tool(name).ok_or(EditProblem::ToolGone)?;
            fits(&tool.input_schema)?;
            let specialist = specialist(store, asked).await?.ok_or(EditProblem::ToolGone)?;
            artel_specialists::check(specialist, &tool.name, args).map_err(EditProblem::Wrong)?;
        }
        ToolRef::Control { name } => {
            fits(&control_tool(name).ok_or(EditProblem::ToolGone)?.input_schema)?;
            if name == "create_plan" {
                plan_of(args).map_err(EditProblem::Wrong)?;
            }
        }
        // No agent has tools of these kinds, so nothing of theirs can be held.
        ToolRef::Builtin { .. } | ToolRef::Connector { .. } | ToolRef::Mcp { .. } => return Err(EditProblem::ToolGone),
    }
    Ok(asked.name.clone())
}

async fn check_rules(
    store: &dyn RunStore,
    policy: &dyn Policy,
    run: &Run,
    (tool, name): (&ToolRef, &str),
    args: &Value,
) -> Result<(), EditProblem> {
    let tenant_rules = store.find_approval_rules(run.tenant_id).await?;
    match policy.verdict(&Asked { agent_id: run.agent_id, tool, name, args, tenant_rules: &tenant_rules }) {
        Verdict::Refuse { reason } => Err(EditProblem::Wrong(reason)),
        // A human decides: that is what is happening here.
        Verdict::Allow | Verdict::Ask { .. } => Ok(()),
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
