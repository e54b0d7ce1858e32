//! One call of the step under way, as the machine sees it.

use artel_domain::event::PlannedCall;
use artel_domain::{ApprovalId, CallState, Target, Wait};
use serde_json::Value;

/// One planned call of the current step.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub planned: PlannedCall,
    /// The arguments to be used: the planned ones, or those a human put in their place.
    pub args: Value,
    pub state: CallState,
    pub attempts: u32,
    /// What the tool said that the call waits for, since it was dispatched.
    pub wait: Option<Wait>,
    /// The newest question to a human about this call.
    pub approval: Option<ApprovalId>,
    /// What that question showed; `None` where it pinned nothing but the arguments.
    pub shown: Option<Target>,
    /// Questions so far.
    pub(crate) rounds: u32,
    /// How its tool is now, compared with what was shown.
    pub(crate) present: Present,
}

/// How a held call's tool is now, compared with what the human was shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Present {
    #[default]
    AsShown,
    /// The call would go elsewhere, or as somebody else.
    Changed,
    /// The call cannot be made any more; the text says why, for the model.
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

    /// It waits for an answer from outside: a client's result, a form, child runs, a time.
    pub fn waits_for_answer(&self) -> bool {
        self.state == CallState::Dispatched && self.waits().is_some()
    }
}
