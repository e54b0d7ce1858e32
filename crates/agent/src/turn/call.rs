//! One call of the current step, as the machine sees it.

use artel_domain::event::PlannedCall;
use artel_domain::{ApprovalId, CallState, Event, Target, Wait};
use serde_json::Value;

/// One planned call of the current step.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The call as the model planned it.
    pub planned: PlannedCall,
    /// The arguments to use: the planned ones, or those that a human replaced them with.
    pub args: Value,
    /// How far the call is.
    pub state: CallState,
    /// How often it was dispatched.
    pub attempts: u32,
    /// What the tool said that the call waits for, after it was dispatched.
    pub wait: Option<Wait>,
    /// The newest question to a human about this call.
    pub approval: Option<ApprovalId>,
    /// What that question showed; `None` when it pinned only the arguments.
    pub shown: Option<Target>,
    /// The number of questions so far.
    pub(crate) rounds: u32,
    /// How its tool is now, compared with what was shown.
    pub(crate) present: Present,
    /// What came for it from outside and is not in the journal.
    pub(crate) given: Option<Event>,
}

/// How the tool of a held call is now, compared with what the human was shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Present {
    /// The same.
    #[default]
    AsShown,
    /// The call would go to another target, or be made as somebody else.
    Changed,
    /// The call cannot be made any more. The text tells the model why.
    Refused(String),
}

impl Call {
    pub(crate) fn new(planned: &PlannedCall) -> Self {
        Self {
            planned: planned.clone(),
            args: planned.args.clone(),
            state: CallState::Planned,
            attempts: 0,
            wait: None,
            approval: None,
            shown: None,
            rounds: 0,
            present: Present::AsShown,
            given: None,
        }
    }

    /// What this call waits for; `None` when it is over, not begun, or under way.
    pub fn waits(&self) -> Option<Wait> {
        match self.state {
            CallState::AwaitingApproval => Some(Wait::Approval),
            CallState::Dispatched if self.planned.is_client() => Some(Wait::Client),
            CallState::Dispatched => self.wait.clone(),
            _ => None,
        }
    }

    /// Whether it waits for an answer from outside: a client's result, a form, child runs, a time, an event.
    pub fn waits_for_answer(&self) -> bool {
        self.state == CallState::Dispatched && self.waits().is_some()
    }

    /// Whether its result may come from outside at any time: from a client, from whoever answers a form, with an event.
    pub fn takes_answer(&self) -> bool {
        self.planned.is_client() || matches!(self.wait, Some(Wait::Form { .. } | Wait::Event { .. }))
    }
}
