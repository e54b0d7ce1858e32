//! What is left to do for a run that lost its worker. Whether that worker stopped, or only lost its lease, is not
//! known.

use artel_domain::{CallState, EffectClass, Event, ToolOutcome};

use crate::turn::{Action, Call, Effect, Present, State, Turn, ask_again, dispatch, finish, refuse};

const NOT_REPEATED: &str = "another worker took this run over while this call was under way; the call may or may not \
    have taken effect, and it was not made again";
const NOT_VERIFIABLE: &str = "another worker took this run over while this call was under way; the call may or may not \
    have taken effect, and its tool was changed or removed since, so that nobody can be asked";

impl Turn {
    /// What must happen next according to the state alone. A worker that takes over a run calls this after
    /// [`Turn::replay`].
    ///
    /// A model request without an answer is repeated, and readers are told to drop the text that they have seen of it.
    /// A dispatched call without a result is treated according to its declared effect; it is never assumed to have
    /// failed.
    pub fn outstanding(&self) -> Vec<Effect> {
        match self.state {
            State::New | State::Over => Vec::new(),
            State::Routing => vec![Effect::Act(Action::Route)],
            State::AskingModel => self.void_answer().into_iter().map(Effect::Record).collect(),
            // An answer and its calls are written in one transaction, so a journal that ends here is damaged. Repeating
            // the request is safe, because no call was dispatched.
            State::Planning(_) => vec![Effect::Record(Event::ModelRequested { step: self.step })],
            State::Working => self.outstanding_calls(),
        }
    }

    /// The entry that tells readers to drop the text of an answer that did not end; `None` when there was no answer.
    /// A worker that takes over a run records it first, also when it only ends the run: the last text that its
    /// predecessor streamed is not in the store.
    pub fn void_answer(&self) -> Option<Event> {
        (self.state == State::AskingModel).then_some(Event::MessageReset { step: self.step })
    }

    fn outstanding_calls(&self) -> Vec<Effect> {
        let recovery: Vec<Effect> =
            self.calls.iter().filter(|c| c.state == CallState::Dispatched).map(recover_call).collect();
        if recovery.is_empty() { self.advance() } else { recovery }
    }
}

fn recover_call(call: &Call) -> Effect {
    if call.waits_for_answer() {
        // The answer that the call waits for may have come.
        return Effect::Act(Action::RunTool { call_id: call.planned.call_id });
    }
    match (call.planned.effect, &call.present) {
        (EffectClass::AtMostOnce, _) => unknown(call, NOT_REPEATED),
        (EffectClass::ReadOnly | EffectClass::Idempotent, Present::AsShown) => dispatch(call),
        (EffectClass::Verifiable, Present::AsShown) => {
            Effect::Act(Action::VerifyTool { call_id: call.planned.call_id })
        }
        (EffectClass::ReadOnly | EffectClass::Idempotent, Present::Changed) => ask_again(call),
        (EffectClass::ReadOnly, Present::Refused(why)) => refuse(call, why.clone()),
        (EffectClass::Idempotent | EffectClass::Verifiable, _) => unknown(call, NOT_VERIFIABLE),
    }
}

fn unknown(call: &Call, error: &str) -> Effect {
    finish(call, ToolOutcome::Unknown { error: error.to_owned() })
}
