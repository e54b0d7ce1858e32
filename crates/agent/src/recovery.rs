//! What is left to do for a run whose worker is gone.

use artel_domain::{CallState, EffectClass, Event, ToolOutcome};

use crate::turn::{Action, Call, Effect, Present, State, Turn, ask_again, dispatch, finish, refuse};

const NEVER_AGAIN: &str =
    "the server stopped while this call was under way; it may or may not have taken effect, and it was not made again";
const NOBODY_TO_ASK: &str = "the server stopped while this call was under way; it may or may not have taken effect, and its tool was \
    changed or removed since, so that nobody can be asked";

impl Turn {
    /// What must happen next, judging by the state alone: used by a worker that takes over a run, after
    /// [`Turn::replay`].
    ///
    /// A model request without an answer is made again (readers are told to drop what they saw of it). A dispatched
    /// call without a result is treated by its declared effect; it is never assumed to have failed.
    pub fn outstanding(&self) -> Vec<Effect> {
        match self.state {
            State::New | State::Over => Vec::new(),
            State::Routing => vec![Effect::Act(Action::Route)],
            State::AskingModel => self.void_answer().into_iter().map(Effect::Record).collect(),
            // An answer and its calls are one transaction, so a journal that ends here is damaged; asking again is
            // safe: nothing was dispatched.
            State::Planning(_) => vec![Effect::Record(Event::ModelRequested { step: self.step })],
            State::Working => self.outstanding_calls(),
        }
    }

    /// The entry that tells readers to drop what they saw of an answer that never came to its end; `None` when no answer
    /// was under way. A worker that takes over a run records it first, also when it only ends the run: what its
    /// predecessor streamed shortly before its end is not in the store.
    pub fn void_answer(&self) -> Option<Event> {
        (self.state == State::AskingModel).then_some(Event::MessageReset { step: self.step })
    }

    fn outstanding_calls(&self) -> Vec<Effect> {
        let cut_off: Vec<Effect> =
            self.calls.iter().filter(|c| c.state == CallState::Dispatched).map(cut_off).collect();
        if cut_off.is_empty() { self.advance() } else { cut_off }
    }
}

fn cut_off(call: &Call) -> Effect {
    if call.waits_for_answer() {
        // Whoever it waits for may have answered.
        return Effect::Act(Action::RunTool { call_id: call.planned.call_id });
    }
    match (call.planned.effect, &call.present) {
        (EffectClass::AtMostOnce, _) => unknown(call, NEVER_AGAIN),
        (EffectClass::ReadOnly | EffectClass::Idempotent, Present::AsShown) => dispatch(call),
        (EffectClass::Verifiable, Present::AsShown) => {
            Effect::Act(Action::VerifyTool { call_id: call.planned.call_id })
        }
        (EffectClass::ReadOnly | EffectClass::Idempotent, Present::Changed) => ask_again(call),
        (EffectClass::ReadOnly, Present::Refused(why)) => refuse(call, why.clone()),
        (EffectClass::Idempotent | EffectClass::Verifiable, _) => unknown(call, NOBODY_TO_ASK),
    }
}

fn unknown(call: &Call, error: &str) -> Effect {
    finish(call, ToolOutcome::Unknown { error: error.to_owned() })
}
