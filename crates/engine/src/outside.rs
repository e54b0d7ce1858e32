//! What has come from outside for calls that wait: clients' results, forms' values, ends of child runs, times.

use artel_agent::{Call, Turn};
use artel_domain::{CallId, Event, Run, RunStatus, Timestamp, ToolCallRow, ToolOutcome, Wait};
use artel_store::TurnRecord;
use serde_json::{Value, json};

const NO_ANSWER_IN_TIME: &str = "nobody answered in time";

/// As it was when the worker claimed the run.
pub(crate) struct Outside {
    answers: Vec<ToolCallRow>,
    children: Vec<Run>,
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
            Wait::Client => row.map(client_result),
            Wait::Form { until, .. } => row.map(form_values).or_else(|| self.form_without_answer(call, until)),
            Wait::Child => self.results_of_children(call),
            Wait::Until { at } => {
                (at <= self.now).then(|| succeeded(call, json!({ "resumed_at": self.now, "cause": "time" })))
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

    /// `None` while a run that the call started is not over.
    fn results_of_children(&self, call: &Call) -> Option<Event> {
        let started = |run: &&Run| run.parent.is_some_and(|parent| parent.call_id == call.planned.call_id);
        let own: Vec<&Run> = self.children.iter().filter(started).collect();
        let all_over = own.iter().all(|run| run.phase.is_end());
        all_over.then(|| succeeded(call, json!({ "results": own.into_iter().map(child_result).collect::<Vec<_>>() })))
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
        request: None,
    }
}

fn form_values(row: &ToolCallRow) -> Event {
    let member = |name: &str| row.result.as_ref().and_then(|result| result.get(name)).cloned();
    let reason = member("reason").and_then(|reason| reason.as_str().map(str::to_owned)).or_else(|| row.error.clone());
    Event::FormAnswered { call_id: row.id, values: member("values"), reason, by: row.answered_by }
}

fn child_result(run: &Run) -> Value {
    let status = if run.phase.status() == RunStatus::Succeeded { "succeeded" } else { run.phase.as_str() };
    json!({ "run_id": run.id, "status": status, "output": run.output_message, "error": run.error_message, "usage": run.usage })
}

fn succeeded(call: &Call, output: Value) -> Event {
    Event::ToolFinished {
        call_id: call.planned.call_id,
        name: call.planned.name.clone(),
        outcome: ToolOutcome::Succeeded { output },
        attempts: call.attempts,
        duration_ms: 0,
        request: None,
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
