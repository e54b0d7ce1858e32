//! The end of a run whose calls are still open: each call ends first, with what is known of it.

use artel_domain::{CallId, CallState, Event, RunFailure, ToolOutcome, Wait};

use super::{Action, Call, Effect, Turn, ended, waits};

const SUPERSEDED: &str = "superseded: the user went on before this call had a result";

impl Turn {
    /// Notes what came from outside for calls that wait and that the journal does not know: when the run ends, it is
    /// their result, because whoever sent it was told that it counts. This is not an event: each worker looks for
    /// itself.
    ///
    /// # Arguments
    /// * `given`: `FormAnswered` or `ToolFinished` for an open call; `None` when nothing has come for it.
    pub fn note_given(&mut self, given: impl Fn(&Call) -> Option<Event>) {
        for call in self.calls.iter_mut().filter(|call| !call.state.is_final()) {
            call.given = given(call);
        }
    }

    pub(super) fn on_cancel(&mut self) -> Vec<Effect> {
        let ends = self.end_calls(None, |call| closed(call, "was cancelled"));
        let end = self.failure(RunFailure::Cancelled, "cancelled");
        let entries = ends.into_iter().chain([end]).map(Effect::Record);
        std::iter::once(Effect::Act(Action::StopWork)).chain(entries).collect()
    }

    /// The events that end this run because of one call. The other open calls end before the run does, and no further
    /// call is made.
    ///
    /// # Arguments
    /// * `failed`: the call, whose own result the caller records before.
    pub fn failure_of_call(&mut self, failed: CallId, code: RunFailure, message: impl Into<String>) -> Vec<Event> {
        let ends = self.end_calls(Some(failed), |call| closed(call, "ended"));
        ends.into_iter().chain([self.failure(code, message)]).collect()
    }

    /// Ends this run, which waits, and its open calls, because the user sent another message.
    pub fn supersede(&mut self) -> Vec<Effect> {
        let ends = self.end_calls(None, |_| ToolOutcome::Failed { error: SUPERSEDED.to_owned() });
        let end = self.failure(RunFailure::Superseded, "the conversation went on before this run was over");
        ends.into_iter().chain([end]).map(Effect::Record).collect()
    }

    /// The ends of all open calls but one. From now on no result leads to anything.
    fn end_calls(&mut self, but: Option<CallId>, outcome: impl Fn(&Call) -> ToolOutcome) -> Vec<Event> {
        self.cancelling = true;
        let open = self.calls.iter().filter(|call| !call.state.is_final() && Some(call.planned.call_id) != but);
        open.flat_map(|call| given(call).unwrap_or_else(|| vec![ended(call, outcome(call))])).collect()
    }
}

/// What came from outside for the call, as entries.
fn given(call: &Call) -> Option<Vec<Event>> {
    let given = call.given.clone()?;
    let Event::FormAnswered { values, reason, .. } = &given else { return Some(vec![given]) };
    let output = waits::form_output(values.as_ref(), reason.as_deref());
    let end = ended(call, ToolOutcome::Succeeded { output });
    Some(vec![given, end])
}

/// How a call ends that has no result. One that only waited did nothing; one that is under way, or that others carry
/// out, may have done something.
fn closed(call: &Call, how: &str) -> ToolOutcome {
    let failed = |why: &str| ToolOutcome::Failed { error: format!("the run {how} {why}") };
    let unknown = |why: &str| ToolOutcome::Unknown { error: format!("the run {how} {why}") };
    let is_under_way = call.state == CallState::Dispatched;
    match call.waits() {
        Some(Wait::Form { .. }) => failed("before anybody answered this form"),
        Some(Wait::Until { .. }) => failed("before the time had come that this call waited for"),
        Some(Wait::Event { .. }) => failed("before the event had come that this call waited for"),
        Some(Wait::Child) => unknown("before the runs were over that this call had started"),
        Some(Wait::Client) | None if is_under_way => unknown("while this call was under way"),
        Some(Wait::Client | Wait::Approval) | None => failed("before this call was made"),
    }
}
