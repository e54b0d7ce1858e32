//! Plans: frames for clients that show them, text for all others.

use std::fmt::Write as _;

use artel_domain::{ApprovalId, CallId, Plan, Timestamp};
use serde_json::{Value, json};

use super::wire::Frame;

/// The plan that is carried out.
#[derive(Debug)]
pub(super) struct UnderWay {
    id: CallId,
    plan: Plan,
    started: Option<Timestamp>,
}

impl UnderWay {
    pub(super) fn new(id: CallId, plan: &Plan) -> Self {
        Self { id, plan: plan.clone(), started: None }
    }

    pub(super) fn begun(&self) -> Frame {
        let content = format!("Plan: {}", self.plan.title);
        Frame::of(
            "status",
            json!({ "status": "plan_execution", "content": content, "plan_id": self.id, "metadata": summary(&self.plan) }),
        )
    }

    pub(super) fn starts(&mut self, index: usize, at: Timestamp) -> Frame {
        self.started = Some(at);
        let members = json!({
            "plan_id": self.id,
            "step_id": index.to_string(),
            "status": "running",
            "content": self.title(index),
            "metadata": { "subtask_id": index.to_string(), "agent": self.agent(index), "started_at": at.to_string() },
        });
        Frame::of("plan_progress", members)
    }

    pub(super) fn finishes(&mut self, index: usize, result: &str, at: Timestamp) -> Frame {
        let started = self.started.take().unwrap_or(at);
        let duration_seconds = at.duration_since(started).as_secs_f64();
        let facts = json!({
            "subtask_id": index.to_string(),
            "status": "done",
            "result": result,
            "agent": self.agent(index),
            "started_at": started.to_string(),
            "completed_at": at.to_string(),
            "duration_seconds": duration_seconds,
        });
        let members = json!({ "plan_id": self.id, "step_id": index.to_string(), "content": self.title(index), "metadata": facts });
        Frame::of("subtask_completed", members)
    }

    pub(super) fn is_done(&self) -> Frame {
        let content = format!("The plan is carried out: {}", self.plan.title);
        Frame::of("plan_completed", json!({ "plan_id": self.id, "content": content, "metadata": summary(&self.plan) }))
    }

    fn title(&self, index: usize) -> Value {
        self.plan.subtasks.get(index).map_or(Value::Null, |subtask| subtask.title.clone().into())
    }

    fn agent(&self, index: usize) -> Value {
        self.plan.subtasks.get(index).map_or(Value::Null, |subtask| subtask.agent.as_str().into())
    }
}

/// The user is to decide about a plan.
pub(super) fn asked(approval: ApprovalId, call: CallId, args: &Value) -> Frame {
    let summary = serde_json::from_value(args.clone()).map_or_else(|_| args.clone(), |plan| summary(&plan));
    let members = json!({
        "plan_id": call,
        "approval_request_id": approval,
        "content": in_words(args),
        "plan_summary": summary,
        "metadata": { "plan_id": call, "approval_request_id": approval, "subtask_count": summary["subtasks_count"], "subtasks": summary["subtasks"] },
        "is_final": true,
    });
    Frame::of("plan_approval_required", members)
}

/// The user did not want it.
pub(super) fn rejected(approval: ApprovalId, call: CallId, feedback: Option<&str>) -> Frame {
    let content = feedback.unwrap_or("The plan was rejected.");
    Frame::of(
        "plan_rejected",
        json!({ "plan_id": call, "approval_request_id": approval, "content": content, "reason": feedback }),
    )
}

fn summary(plan: &Plan) -> Value {
    let minutes: u64 = plan.subtasks.iter().map(|subtask| u64::from(subtask.estimated_time_minutes)).sum();
    let subtasks: Vec<Value> = plan
        .subtasks
        .iter()
        .enumerate()
        .map(|(index, subtask)| {
            json!({
                "id": index.to_string(),
                "title": subtask.title,
                "description": subtask.description,
                "agent": subtask.agent.as_str(),
                "estimated_time": format!("{} min", subtask.estimated_time_minutes),
                "dependencies": subtask.dependencies.iter().map(ToString::to_string).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "title": plan.title,
        "goal": plan.title,
        "description": plan.description,
        "subtasks_count": subtasks.len(),
        "subtasks": subtasks,
        "total_estimated_time": format!("{minutes} min"),
    })
}

/// The plan as an agent would tell it.
pub(crate) fn in_words(args: &Value) -> String {
    let Ok(plan) = serde_json::from_value::<Plan>(args.clone()) else { return args.to_string() };
    let mut text = plan.title.clone();
    if !plan.description.is_empty() {
        let _ = write!(text, "\n\n{}", plan.description);
    }
    text.push('\n');
    for (index, subtask) in plan.subtasks.iter().enumerate() {
        let _ = write!(text, "\n{}. [{}] {}", index + 1, subtask.agent.as_str(), subtask.title);
        if !subtask.description.is_empty() {
            let _ = write!(text, ": {}", subtask.description);
        }
    }
    text
}
