use artel_domain::{AgentId, TaskId};
use artel_http::body::object;
use artel_http::caller::RunsWrite;
use artel_http::{Attempt, Body, Caller, Checked, Faults, Problem};
use artel_intents::{NewTask, TaskTerms};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::TAG;
use super::members::{ScheduleTerms, TaskBudget, TriggerTerms, check_service};
use super::view::{TaskView, view};
use crate::App;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateTask {
    #[schema(schema_with = crate::document::name)]
    title: String,
    /// What the agent is told.
    #[schema(min_length = 1, max_length = 65_536, pattern = "^[^\\u0000]*[^\\u0000\\s][^\\u0000]*$")]
    prompt: String,
    /// The organisation's system agent when absent.
    agent_id: Option<AgentId>,
    /// The task that must succeed first. Such a task has neither `schedule` nor `trigger`.
    parent_id: Option<TaskId>,
    #[serde(default, deserialize_with = "object")]
    schedule: Option<ScheduleTerms>,
    #[serde(default, deserialize_with = "object")]
    trigger: Option<TriggerTerms>,
    #[serde(default, deserialize_with = "object")]
    budget: Option<TaskBudget>,
    /// `false` makes a task that is paused.
    #[schema(default = true)]
    enabled: Option<bool>,
}

impl Checked for CreateTask {
    fn check(&self, faults: &mut Faults) {
        faults.name("title", self.title.as_str());
        faults.ensure(!self.prompt.trim().is_empty(), "prompt", "must not be empty");
        faults.length("prompt", self.prompt.as_str(), 1..=65_536);
        if let Some(schedule) = &self.schedule {
            schedule.check(faults);
        }
        if let Some(trigger) = &self.trigger {
            trigger.check(faults);
        }
        if let Some(budget) = &self.budget {
            budget.check(faults);
        }
    }
}

/// Create a task.
///
/// An agent does what the prompt says by a schedule, by an event, or when somebody starts it. It acts in the caller's
/// name, with the scopes that the caller has now; what needs a human's word waits among the approvals. Without schedule
/// and trigger, it starts by hand alone. Needs `runs:write`.
#[utoipa::path(post, path = "/tasks", tag = TAG, params(crate::document::IdempotencyKey), request_body = CreateTask,
    responses((status = 201, description = "The new task.", body = TaskView),
        (status = 404, response = crate::document::NotFound), (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn create_task(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    attempt: Attempt,
    body: Body<CreateTask>,
) -> Result<Response, Problem> {
    let wanted = body.value;
    let work = async |id| {
        check_service(&app, caller.tenant_id, wanted.trigger.as_ref()).await?;
        let schedule = wanted.schedule.as_ref();
        let terms = TaskTerms {
            title: wanted.title,
            prompt: wanted.prompt,
            agent: wanted.agent_id,
            schedule: schedule.and_then(ScheduleTerms::schedule),
            overlap: schedule.and_then(|schedule| schedule.overlap),
            misfire: schedule.and_then(|schedule| schedule.misfire),
            trigger: wanted.trigger.map(Into::into),
            budget: wanted.budget.unwrap_or_default().into(),
            is_active: wanted.enabled.unwrap_or(true),
        };
        let new = NewTask { id: TaskId(id), parent: wanted.parent_id, terms };
        let task = app.intents.create_task(&caller.requester(), new).await?;
        Ok((StatusCode::CREATED, Json(view(&app, &app.viewer(&caller), task).await?)).into_response())
    };
    app.gate.once(&caller, &attempt, &body.digest, work).await
}
