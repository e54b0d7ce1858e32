//! Calls that wait for something from outside.

use artel_domain::form::{not_submitted, submitted};
use artel_domain::{CallId, CallState, ToolOutcome, Wait};
use serde_json::Value;

use super::{Call, Effect, State, Turn, finish};

impl Turn {
    /// What the run waits for, one entry for each call, in the order of the calls. Empty while there is something to
    /// do.
    pub fn waits(&self) -> Vec<Wait> {
        let is_under_way = |call: &Call| call.state == CallState::Dispatched && call.waits().is_none();
        if self.state != State::Working || self.calls.iter().any(is_under_way) {
            return Vec::new();
        }
        self.calls.iter().filter_map(Call::waits).collect()
    }

    /// Whether nothing can be done until something comes from outside.
    pub fn is_waiting(&self) -> bool {
        !self.waits().is_empty()
    }

    /// The calls of the current step that wait.
    pub fn waiting_calls(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(|call| call.waits().is_some())
    }

    pub(super) fn on_waits(&mut self, id: CallId, wait: &Wait) -> Vec<Effect> {
        if let Some(call) =
            self.calls.iter_mut().find(|call| call.planned.call_id == id && call.state == CallState::Dispatched)
        {
            call.wait = Some(wait.clone());
        }
        Vec::new()
    }

    pub(super) fn on_form(&self, id: CallId, values: Option<&Value>, reason: Option<&str>) -> Vec<Effect> {
        // Whatever ends the run records the ends of its calls itself.
        if self.cancelling {
            return Vec::new();
        }
        let waits = |call: &&Call| call.planned.call_id == id && matches!(call.waits(), Some(Wait::Form { .. }));
        let Some(call) = self.calls.iter().find(waits) else { return Vec::new() };
        vec![finish(call, ToolOutcome::Succeeded { output: form_output(values, reason) })]
    }
}

/// What the model gets as the result of a form.
pub(super) fn form_output(values: Option<&Value>, reason: Option<&str>) -> Value {
    match values {
        Some(values) => submitted(values),
        None => not_submitted(reason.unwrap_or("nobody answered")),
    }
}
