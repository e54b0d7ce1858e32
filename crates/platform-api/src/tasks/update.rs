use artel_domain::{AgentId, TaskId};
use artel_http::caller::RunsWrite;
use artel_http::{At, Body, Caller, Checked, Faults, Problem};
use artel_intents::TaskChange;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::TAG;
use super::members::{ScheduleTerms, TaskBudget, TriggerTerms, check_service};
use super::view::{TaskView, view};
use crate::App;
use crate::patch::nullable_object;

/// What is absent stays as it is; `null` takes a schedule, a trigger or a budget away.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(clippy::option_option, reason = "absent, null and given are three things")]
pub(crate) struct UpdateTask {
    #[schema(schema_with = crate::document::maybe_name)]
    title: Option<String>,
    #[schema(min_length = 1, max_length = 65_536, pattern = "^[^\\u0000]*[^\\u0000\\s][^\\u0000]*$")]
    prompt: Option<String>,
    agent_id: Option<AgentId>,
    #[serde(default, deserialize_with = "nullable_object")]
    #[schema(value_type = Option<ScheduleTerms>)]
    schedule: Option<Option<ScheduleTerms>>,
    #[serde(default, deserialize_with = "nullable_object")]
    #[schema(value_type = Option<TriggerTerms>)]
    trigger: Option<Option<TriggerTerms>>,
    #[serde(default, deserialize_with = "nullable_object")]
    #[schema(value_type = Option<TaskBudget>)]
    budget: Option<Option<TaskBudget>>,
    /// Whether it starts by itself.
    enabled: Option<bool>,
}

impl Checked for UpdateTask {
    fn check(&self, faults: &mut Faults) {
        faults.name("title", self.title.as_deref());
        let is_blank = self.prompt.as_deref().is_some_and(|prompt| prompt.trim().is_empty());
        faults.ensure(!is_blank, "prompt", "must not be empty");
        faults.length("prompt", self.prompt.as_deref(), 1..=65_536);
        if let Some(Some(schedule)) = &self.schedule {
            schedule.check(faults);
        }
        if let Some(Some(trigger)) = &self.trigger {
            trigger.check(faults);
        }
        if let Some(Some(budget)) = &self.budget {
            budget.check(faults);
        }
    }
}

impl From<UpdateTask> for TaskChange {
    fn from(wanted: UpdateTask) -> Self {
        let terms = wanted.schedule.as_ref().and_then(Option::as_ref);
        Self {
            overlap: terms.and_then(|terms| terms.overlap),
            misfire: terms.and_then(|terms| terms.misfire),
            schedule: wanted.schedule.map(|terms| terms.and_then(|terms| terms.schedule())),
            title: wanted.title,
            prompt: wanted.prompt,
            agent: wanted.agent_id,
            trigger: wanted.trigger.map(|trigger| trigger.map(Into::into)),
            budget: wanted.budget.map(|budget| budget.unwrap_or_default().into()),
            is_active: wanted.enabled,
        }
    }
}

/// Change a task.
///
/// Its owner does. Whatever but `enabled` is changed, the task acts in the caller's name from then on, with the scopes
/// that the caller has now. Executions under way keep what they began with. Needs `runs:write`.
#[utoipa::path(patch, path = "/tasks/{task_id}", tag = TAG, params(("task_id" = TaskId, Path)), request_body = UpdateTask,
    responses((status = 200, description = "The task as it is now.", body = TaskView),
        (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn update_task(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    At(task): At<TaskId>,
    body: Body<UpdateTask>,
) -> Result<Json<TaskView>, Problem> {
    check_service(&app, caller.tenant_id, body.value.trigger.as_ref().and_then(Option::as_ref)).await?;
    let task = app.intents.update_task(&caller.requester(), task, body.value.into()).await?;
    Ok(Json(view(&app, &app.viewer(&caller), task).await?))
}
