//! Calls that a human decides about.

use artel_domain::event::Verdict;
use artel_domain::{ApprovalId, CallId, CallState, Decision, Event, digest};
use serde_json::Value;

use super::{Call, Effect, Present, Turn, refuse};

const CHANGED: &str = "what this call would reach was changed after it was approved; approve it again as it is now";
const CHANGED_UNDER_WAY: &str = "another worker took this run over while this call was under way, so the call may have \
    been made, and what it would reach was changed since; approve it again to have it made as it is now";

impl Turn {
    /// The number of calls that wait for a human's decision.
    pub fn awaiting(&self) -> usize {
        self.calls.iter().filter(|call| call.state == CallState::AwaitingApproval).count()
    }

    /// The calls that a human was asked about and that are not over.
    pub fn held(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(|call| call.approval.is_some() && !call.state.is_final())
    }

    /// Compares the tools of approved calls with what was shown. This is not an event: each worker compares for itself,
    /// and what follows is recorded.
    pub fn observe(&mut self, present: impl Fn(&Call) -> Present) {
        for call in self.calls.iter_mut().filter(|call| call.approval.is_some() && !call.state.is_final()) {
            call.present = present(call);
        }
    }

    pub(super) fn on_approval(&mut self, event: &Event) -> Vec<Effect> {
        match event {
            Event::ApprovalRequested { approval_id, call_id, target, .. } => {
                if let Some(call) =
                    self.calls.iter_mut().find(|call| call.planned.call_id == *call_id && !call.state.is_final())
                {
                    call.state = CallState::AwaitingApproval;
                    call.approval = Some(*approval_id);
                    call.rounds += 1;
                    call.shown.clone_from(target);
                    call.present = Present::AsShown;
                }
                Vec::new()
            }
            Event::ApprovalDecided { approval_id, call_id, decision, args, feedback, .. } => {
                self.on_decided((*call_id, *approval_id), *decision, args.as_ref(), feedback.as_deref())
            }
            _ => Vec::new(),
        }
    }

    /// Takes a decision. A decision about an older question about the call has no effect.
    fn on_decided(
        &mut self,
        about: (CallId, ApprovalId),
        decision: Decision,
        args: Option<&Value>,
        feedback: Option<&str>,
    ) -> Vec<Effect> {
        let is_asked = |call: &Call| {
            (call.planned.call_id, call.approval) == (about.0, Some(about.1))
                && call.state == CallState::AwaitingApproval
        };
        let Some(index) = self.calls.iter().position(is_asked) else { return Vec::new() };
        let call = &mut self.calls[index];
        match decision {
            Decision::Approve | Decision::Edit => {
                if let Some(args) = args {
                    call.args = args.clone();
                }
                self.make_approved(&self.calls[index])
            }
            Decision::Reject | Decision::Expire => {
                let why = if decision == Decision::Reject {
                    "a human rejected this call"
                } else {
                    "nobody approved this call in time"
                };
                let error = feedback.map_or_else(|| why.to_owned(), |text| format!("{why}: {text}"));
                vec![refuse(call, error)]
            }
        }
    }

    /// Executes an approved call if its tool is as it was shown.
    fn make_approved(&self, call: &Call) -> Vec<Effect> {
        match &call.present {
            Present::AsShown => self.make(call),
            Present::Changed => vec![ask(call, CHANGED)],
            Present::Refused(why) => vec![refuse(call, why.clone())],
        }
    }
}

/// Asks a human. The worker adds what the human is shown of the tool.
pub(super) fn ask(call: &Call, reason: &str) -> Effect {
    Effect::Record(Event::ApprovalRequested {
        approval_id: ApprovalId::of_round(call.planned.call_id, call.rounds + 1),
        call_id: call.planned.call_id,
        name: call.planned.name.clone(),
        args: call.args.clone(),
        args_digest: digest::of(&call.args),
        reason: reason.to_owned(),
        target: None,
        changed: Vec::new(),
        replaces: call.approval,
        approvers: if let Verdict::Ask { approvers, .. } = &call.planned.verdict {
            approvers.clone()
        } else {
            Vec::new()
        },
    })
}

/// Asks again about an interrupted call that would now go to another target.
pub(crate) fn ask_again(call: &Call) -> Effect {
    ask(call, CHANGED_UNDER_WAY)
}
