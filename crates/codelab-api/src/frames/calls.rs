//! The calls of a run that the client may hear of.

use std::collections::HashMap;

use artel_domain::event::PlannedCall;
use artel_domain::{CallId, UserId};
use serde_json::Value;

use super::wire::{self, Frame};

/// The control call that proposes a plan.
pub(super) const CREATE_PLAN: &str = "create_plan";
const ASK: &str = "ask_followup_question";

#[derive(Debug, Default)]
pub(super) struct Calls {
    open: HashMap<CallId, OpenCall>,
    /// What a question to the user offers as answers.
    suggestions: Option<Value>,
}

#[derive(Debug)]
struct OpenCall {
    planned: PlannedCall,
    /// After a human edited them.
    args: Value,
    /// Who decided about it, when it was somebody else than the client's user.
    decided_by: Option<UserId>,
    /// The client did it without asking: it is not told to.
    is_answered: bool,
    /// The client was told to execute it.
    is_handed_out: bool,
}

impl Calls {
    pub(super) fn plan(&mut self, planned: &PlannedCall) {
        if planned.is_control_named(ASK) {
            self.suggestions = planned.args.get("suggestions").cloned();
        }
        let call = OpenCall {
            args: planned.args.clone(),
            planned: planned.clone(),
            decided_by: None,
            is_answered: false,
            is_handed_out: false,
        };
        self.open.insert(planned.call_id, call);
    }

    /// A human is asked about it.
    pub(super) fn ask(&self, call: CallId, reason: &str) -> Option<Frame> {
        let call = self.of_client(call)?;
        Some(wire::tool_call(&call.planned, &call.args, true, Some(reason)))
    }

    pub(super) fn decide(&mut self, call: CallId, args: Option<&Value>, is_answered: bool, decided_by: Option<UserId>) {
        if let Some(call) = self.open.get_mut(&call) {
            call.is_answered = is_answered;
            call.decided_by = decided_by;
            if let Some(args) = args {
                call.args = args.clone();
            }
        }
    }

    /// It is to be executed now: the client hears of it once.
    pub(super) fn dispatch(&mut self, call: CallId) -> Option<Frame> {
        let call = self.open.get_mut(&call).filter(|call| call.planned.is_client())?;
        if call.is_answered || std::mem::replace(&mut call.is_handed_out, true) {
            return None;
        }
        Some(wire::decided_by(wire::tool_call(&call.planned, &call.args, false, None), call.decided_by))
    }

    pub(super) fn finish(&mut self, call: CallId) {
        self.open.remove(&call);
    }

    pub(super) fn is_plan(&self, call: CallId) -> bool {
        self.open.get(&call).is_some_and(|call| call.planned.is_control_named(CREATE_PLAN))
    }

    /// Another step begins.
    pub(super) fn next_step(&mut self) {
        self.suggestions = None;
    }

    pub(super) fn suggestions(&self) -> Option<&Value> {
        self.suggestions.as_ref()
    }

    fn of_client(&self, call: CallId) -> Option<&OpenCall> {
        self.open.get(&call).filter(|call| call.planned.is_client())
    }
}
