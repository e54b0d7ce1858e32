use std::sync::Arc;
use std::time::Duration;

use artel_catalogue::args::{RuntimeAction, TaskRuntime as Args};
use artel_domain::{EffectClass, RunId, Timestamp, Wait};
use artel_tools::{Builtin, CallContext, ToolError, ToolOutput};
use async_trait::async_trait;
use serde_json::{Value, json};

use crate::refusals::{of_store, tell};
use crate::tasks::TaskTools;

/// The most bytes of a state, as JSON.
const LARGEST_STATE: usize = 64 * 1024;
/// The longest that an execution sleeps until a time.
const LONGEST: Duration = Duration::from_hours(366 * 24);

/// Keeps a state for the executions of a task, and lets the present one sleep until a time or an event. What sleeps
/// costs nothing: the run waits as for a form, without a worker.
pub(crate) struct TaskRuntimeTool(pub(crate) Arc<TaskTools>);

#[async_trait]
impl Builtin for TaskRuntimeTool {
    const NAME: &'static str = "task_runtime";
    const EFFECT: EffectClass = EffectClass::Idempotent;
    type Args = Args;

    async fn call(&self, context: &CallContext, args: Args) -> Result<ToolOutput, ToolError> {
        let (run, state) = self.execution(context).await?;
        match args.action {
            RuntimeAction::LoadState => Ok(json!({ "state": state }).into()),
            RuntimeAction::SaveState => self.save(context, run, args.state).await,
            RuntimeAction::Suspend => Err(ToolError::Wait(wait_of(context.clock.now(), args)?)),
        }
    }
}

impl TaskRuntimeTool {
    /// The run of the call, which executes a task, and what the task's executions kept.
    async fn execution(&self, context: &CallContext) -> Result<(RunId, Value), ToolError> {
        if let Some(run) = &context.run {
            let kept = self.0.store.load_task_state(context.tenant_id, run.run_id).await;
            if let Some(state) = kept.map_err(|error| of_store(&error))? {
                let state = state.map(|text| serde_json::from_str(&text)).transpose();
                let state = state.map_err(|_| tell("failed", "the saved state is damaged", "save a new one"))?;
                return Ok((run.run_id, state.unwrap_or(Value::Null)));
            }
        }
        let what = "task_runtime works only inside of a task's execution, and this run is none";
        Err(tell("forbidden", what, "make a task with manage_task, or keep facts with manage_memory"))
    }

    async fn save(&self, context: &CallContext, run: RunId, state: Option<Value>) -> Result<ToolOutput, ToolError> {
        let Some(state) = state else {
            return Err(tell("invalid_argument", "state is missing", "give what is to be kept, as JSON"));
        };
        let text = state.to_string();
        if text.len() > LARGEST_STATE {
            let what = format!("state has {} bytes, and at most {LARGEST_STATE} are kept", text.len());
            return Err(tell("too_large", &what, "keep the essence: ids, counters, the last time"));
        }
        let saved = self.0.store.save_task_state(context.tenant_id, run, &text).await;
        saved.map_err(|error| of_store(&error))?;
        Ok(json!({ "state": state }).into())
    }
}

/// What the execution waits for.
fn wait_of(now: Timestamp, args: Args) -> Result<Wait, ToolError> {
    match (args.until, args.for_seconds, args.event) {
        (Some(until), None, None) => until_of(now, &until),
        (None, Some(seconds), None) => {
            let at = now.checked_add(Duration::from_secs(seconds.into()));
            at.map(|at| Wait::Until { at }).map_err(|_| too_late("for_seconds"))
        }
        (None, None, Some(event)) => {
            let (service, kind) = (seen("event.service", &event.service)?, seen("event.type", &event.r#type)?);
            Ok(Wait::Event { service, kind })
        }
        (None, None, None) => {
            let what = "suspend says not until when";
            Err(tell("invalid_argument", what, "give one of until, for_seconds and event"))
        }
        _ => {
            let what = "suspend has more than one of until, for_seconds and event";
            Err(tell("invalid_argument", what, "give exactly one of them"))
        }
    }
}

/// A time that has passed already resumes the execution at once.
fn until_of(now: Timestamp, text: &str) -> Result<Wait, ToolError> {
    let Ok(at) = text.trim().parse::<Timestamp>() else {
        let what = "until is no time with a time zone";
        return Err(tell("invalid_argument", what, "write it like 2026-12-01T09:00:00Z or 2026-12-01T12:00:00+03:00"));
    };
    let latest = now.checked_add(LONGEST).map_err(|_| too_late("until"))?;
    if at > latest { Err(too_late("until")) } else { Ok(Wait::Until { at }) }
}

fn too_late(name: &str) -> ToolError {
    tell("invalid_argument", &format!("{name} is more than a year away"), "plan a task for it with manage_task")
}

/// A word that a service may send.
fn seen(name: &str, text: &str) -> Result<String, ToolError> {
    let text = text.trim();
    if text.is_empty() || text.contains('\0') {
        let now = "give the words that query_events shows as service and type";
        return Err(tell("invalid_argument", &format!("{name} is no word of a service"), now));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use artel_catalogue::args::TaskRuntime as Args;
    use artel_domain::clock::micros;
    use artel_domain::{Timestamp, Wait};
    use artel_tools::ToolError;
    use serde_json::{Value, json};

    use super::wait_of;

    fn now() -> Timestamp {
        micros(1_800_000_000_000_000)
    }

    fn waits(args: &Value) -> Result<Wait, String> {
        let mut all = json!({ "action": "suspend" });
        all.as_object_mut().unwrap().extend(args.as_object().unwrap().clone());
        wait_of(now(), serde_json::from_value::<Args>(all).unwrap()).map_err(|error| match error {
            ToolError::Tell(text) => text,
            other => panic!("{other}"),
        })
    }

    #[test]
    fn an_execution_sleeps_until_a_time_or_an_event() {
        let until = |seconds: i64| Ok(Wait::Until { at: micros(1_800_000_000_000_000 + seconds * 1_000_000) });
        assert_eq!(waits(&json!({ "for_seconds": 90 })), until(90));
        assert_eq!(waits(&json!({ "until": "2027-01-15T11:00:00+03:00" })), until(0));
        assert_eq!(
            waits(&json!({ "until": " 2020-01-01T00:00:00Z " })),
            Ok(Wait::Until { at: "2020-01-01T00:00:00Z".parse().unwrap() })
        );
        let event = json!({ "event": { "service": " shop ", "type": "order.paid" } });
        assert_eq!(waits(&event), Ok(Wait::Event { service: "shop".into(), kind: "order.paid".into() }));
    }

    #[test]
    fn what_cannot_be_waited_for_is_refused_with_what_to_do() {
        let event = |service: &str, kind: &str| json!({ "event": { "service": service, "type": kind } });
        for (args, why) in [
            (json!({}), "invalid_argument: suspend says not until when; give one of until, for_seconds and event"),
            (
                json!({ "until": "2027-01-15T11:00:00Z", "for_seconds": 1 }),
                "invalid_argument: suspend has more than one of until, for_seconds and event; give exactly one of them",
            ),
            (
                json!({ "until": "tomorrow" }),
                "invalid_argument: until is no time with a time zone; write it like 2026-12-01T09:00:00Z or \
                 2026-12-01T12:00:00+03:00",
            ),
            (
                json!({ "until": "2027-01-15T11:00:00" }),
                "invalid_argument: until is no time with a time zone; write it like 2026-12-01T09:00:00Z or \
                 2026-12-01T12:00:00+03:00",
            ),
            (
                json!({ "until": "2029-01-01T00:00:00Z" }),
                "invalid_argument: until is more than a year away; plan a task for it with manage_task",
            ),
            (
                event(" ", "x"),
                "invalid_argument: event.service is no word of a service; give the words that query_events shows as \
                 service and type",
            ),
            (
                event("x", "a\0b"),
                "invalid_argument: event.type is no word of a service; give the words that query_events shows as service \
                 and type",
            ),
        ] {
            assert_eq!(waits(&args).unwrap_err(), why, "{args}");
        }
    }
}
