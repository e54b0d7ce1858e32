//! What has come from outside for calls that wait: clients' results, forms' values, ends of child runs, times, events.

use artel_agent::{Call, Turn};
use artel_domain::{Artifact, CallId, CallState, Event, Run, RunId, Timestamp, ToolCallRow, ToolOutcome, Usage, Wait};
use artel_store::TurnRecord;
use serde_json::{Value, json};

const NO_ANSWER_IN_TIME: &str = "nobody answered in time";
/// Tasks of one call, at most.
const MOST_TASKS: usize = 5;
/// The kind of the files that hold answers that are too large for a model.
const KEPT_ANSWER: &str = "tool_result";

/// As it was when the worker claimed the run.
pub(crate) struct Outside {
    answers: Vec<ToolCallRow>,
    children: Vec<Run>,
    child_files: Vec<Artifact>,
    /// The database's.
    now: Timestamp,
    /// A call began to wait for child runs since the claim: those that it started are not among `children`.
    has_new_children: bool,
}

impl Outside {
    pub(crate) fn of(record: &TurnRecord) -> Self {
        Self {
            answers: record.answers.clone(),
            children: record.children.clone(),
            child_files: record.child_files.clone(),
            now: record.now,
            has_new_children: false,
        }
    }

    /// An entry of the journal was recorded since the claim.
    pub(crate) fn note(&mut self, event: &Event) {
        self.has_new_children |= matches!(event, Event::CallWaits { wait: Wait::Child, .. });
    }

    /// When a run that waits for this is claimable although nothing comes. A run whose calls began to wait for children
    /// is so at once: its next worker reads which children there are, and whether they are over already.
    pub(crate) fn wake_at(&self, waits: &[Wait], clock: Timestamp) -> Option<Timestamp> {
        let at_once = (self.has_new_children && waits.contains(&Wait::Child)).then_some(clock);
        waits.iter().filter_map(Wait::ends_at).chain(at_once).min()
    }

    /// What somebody sent for this call, whatever it waits for now.
    pub(crate) fn given(&self, call: &Call) -> Option<Event> {
        let row = self.row(call.planned.call_id)?;
        Some(if matches!(call.wait, Some(Wait::Form { .. })) { form_values(row) } else { client_result(row) })
    }

    /// The call that this entry ends without an answer, when one may come at any time: the store says whether one has
    /// come since the claim.
    pub(crate) fn unanswered(&self, event: &Event, turn: &Turn) -> Option<CallId> {
        let Event::ToolFinished { call_id, .. } = event else { return None };
        let call = turn.call(*call_id).filter(|call| call.takes_answer() && !call.state.is_final())?;
        self.row(call.planned.call_id).is_none().then_some(*call_id)
    }

    /// What ends the wait of this call; `None` while nothing has come.
    pub(crate) fn answer(&self, call: &Call) -> Option<Event> {
        let row = self.row(call.planned.call_id);
        match call.waits()? {
            Wait::Approval => None,
            Wait::Client | Wait::Event { .. } => row.map(client_result),
            Wait::Form { until, .. } => row.map(form_values).or_else(|| self.form_without_answer(call, until)),
            Wait::Child => self.results_of_children(call),
            Wait::Until { at } => {
                (at <= self.now).then(|| succeeded(call, artel_domain::wait::resumed_by_time(self.now)))
            }
        }
    }

    /// The call was answered although nobody had approved it yet.
    pub(crate) fn has_answer(&self, call: CallId) -> bool {
        self.row(call).is_some()
    }

    fn row(&self, call: CallId) -> Option<&ToolCallRow> {
        self.answers.iter().find(|row| row.id == call)
    }

    fn form_without_answer(&self, call: &Call, until: Option<Timestamp>) -> Option<Event> {
        let reason = Some(NO_ANSWER_IN_TIME.to_owned());
        until.filter(|until| *until <= self.now).map(|_| Event::FormAnswered {
            call_id: call.planned.call_id,
            values: None,
            reason,
            by: None,
        })
    }

    /// The call of a worker that died started runs, and the journal does not know yet that it waits for them.
    pub(crate) fn begun(&self, call: &Call) -> Option<Event> {
        let call_id = call.planned.call_id;
        let is_open = call.state == CallState::Dispatched && call.waits().is_none();
        (is_open && self.started_by(call_id).next().is_some())
            .then_some(Event::CallWaits { call_id, wait: Wait::Child })
    }

    /// The end of a call with what the runs that it started have used, whether or not they are over; the end of the run
    /// with what it has used so far. Other events stay as they are.
    pub(crate) fn count(&self, mut event: Event, turn: &Turn) -> Event {
        match &mut event {
            Event::ToolFinished { call_id, usage: usage @ None, .. } => {
                *usage = self.started_by(*call_id).filter_map(|run| run.usage).reduce(Usage::plus);
            }
            Event::RunFailed { usage, .. } => *usage = turn.usage(),
            _ => {}
        }
        event
    }

    fn started_by(&self, call: CallId) -> impl Iterator<Item = &Run> {
        self.children.iter().filter(move |run| run.parent.is_some_and(|parent| parent.call_id == call))
    }

    /// `None` while a run that the call started is not over. In the order of the call's tasks.
    fn results_of_children(&self, call: &Call) -> Option<Event> {
        let mut own: Vec<&Run> = self.started_by(call.planned.call_id).collect();
        own.sort_by_key(|run| task_of(run));
        let all_over = own.iter().all(|run| run.phase.is_end());
        let result = |run: &Run| child_result(run, &self.child_files);
        all_over.then(|| succeeded(call, json!({ "results": own.into_iter().map(result).collect::<Vec<_>>() })))
    }
}

fn client_result(row: &ToolCallRow) -> Event {
    let outcome = match &row.error {
        Some(error) => ToolOutcome::Failed { error: error.clone() },
        None => ToolOutcome::Succeeded { output: or_a_word(row.result.clone().unwrap_or_default()) },
    };
    Event::ToolFinished {
        call_id: row.id,
        name: row.name.clone(),
        outcome,
        attempts: 1,
        duration_ms: row.dispatched_at.zip(row.finished_at).map_or(0, |(from, to)| millis(from, to)),
        cached_age_seconds: None,
        request: None,
        usage: None,
    }
}

fn form_values(row: &ToolCallRow) -> Event {
    let member = |name: &str| row.result.as_ref().and_then(|result| result.get(name)).cloned();
    let reason = member("reason").and_then(|reason| reason.as_str().map(str::to_owned)).or_else(|| row.error.clone());
    Event::FormAnswered { call_id: row.id, values: member("values"), reason, by: row.answered_by }
}

/// Which task of its call the run is.
fn task_of(run: &Run) -> usize {
    let is_task = |at: &usize| run.parent.is_some_and(|of| run.id == RunId::of_task(of.run_id, of.call_id, *at));
    (0..MOST_TASKS).find(is_task).unwrap_or(MOST_TASKS)
}

/// What a model is told of a run.
fn child_result(run: &Run, files: &[Artifact]) -> Value {
    let own = |file: &&Artifact| file.session_id.as_ref() == Some(&run.session_id) && file.kind != KEPT_ANSWER;
    let shown = |file: &Artifact| {
        let Artifact { id, kind, title, media_type, bytes, .. } = file;
        json!({ "artifact_id": id, "kind": kind, "title": title, "media_type": media_type, "bytes": bytes })
    };
    let files: Vec<Value> = files.iter().filter(own).map(shown).collect();
    let Run { id, output_message, usage, .. } = run;
    let status = run.phase.as_str();
    let mut result =
        json!({ "status": status, "output": output_message, "run_id": id, "usage": usage, "files": files });
    if let Some(error) = &run.error_message {
        result["error"] = json!(error);
    }
    result
}

fn succeeded(call: &Call, output: Value) -> Event {
    Event::ToolFinished {
        call_id: call.planned.call_id,
        name: call.planned.name.clone(),
        outcome: ToolOutcome::Succeeded { output },
        attempts: call.attempts,
        duration_ms: 0,
        cached_age_seconds: None,
        request: None,
        usage: None,
    }
}

/// A model takes an empty result for a failure.
fn or_a_word(output: Value) -> Value {
    let empty = match &output {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    };
    if empty { Value::String("Tool executed successfully".to_owned()) } else { output }
}

fn millis(from: Timestamp, to: Timestamp) -> i64 {
    (to.as_microsecond() - from.as_microsecond()).max(0) / 1000
}
