//! New arguments are held to what the model's were held to: the tool's schema, what its agent may do, the rules.

use artel_domain::event::Verdict;
use artel_domain::{Approval, Event, Specialist};
use artel_engine::Asked;
use artel_http::Problem;
use artel_specialists::{client_tool, control_tool};
use serde_json::Value;

use super::session::not_found;
use crate::App;

/// Entries that are read to find whose call it is: a run of more has switched since.
const READ: u32 = 2000;

pub(super) async fn check(app: &App, asked: &Approval, args: &Value) -> Result<(), Problem> {
    let wrong = |message: String| Problem::invalid_field("modified_arguments", message);
    if let Some(tool) = control_tool(&asked.name) {
        return artel_tools::validate(&tool.input_schema, args).map_err(wrong);
    }
    let tool = client_tool(&asked.name).ok_or_else(|| wrong("this tool's arguments cannot be changed".to_owned()))?;
    artel_tools::validate(&tool.input_schema, args).map_err(wrong)?;
    artel_specialists::check(specialist(app, asked).await?, &tool.name, args).map_err(wrong)?;
    let run = app.store.find_run(asked.tenant_id, asked.run_id).await?.ok_or_else(not_found)?;
    let tenant_rules = app.store.find_approval_rules(asked.tenant_id).await?;
    match app.policy.verdict(&Asked { agent_id: run.agent_id, tool: &tool.name, args, tenant_rules: &tenant_rules }) {
        Verdict::Refuse { reason } => Err(wrong(reason)),
        // A human decides: that is what is happening here.
        Verdict::Allow | Verdict::Ask { .. } => Ok(()),
    }
}

/// Whose turn it is in the run that waits.
async fn specialist(app: &App, asked: &Approval) -> Result<Specialist, Problem> {
    let entries = app.store.session_entries(asked.tenant_id, &asked.session_id, 0, READ).await?;
    let named = entries.iter().rev().filter(|entry| entry.run_id == asked.run_id).find_map(|entry| match &entry.event {
        Event::AgentSwitched { to, .. } => Some(*to),
        Event::RunStarted { team, .. } => team.as_ref().map(|team| team.agent),
        _ => None,
    });
    named.ok_or_else(not_found)
}
