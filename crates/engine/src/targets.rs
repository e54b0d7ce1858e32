//! Where calls of the agent's tools go now, and whether an approved call still goes where it was shown to go.

use std::collections::BTreeMap;

use artel_agent::{Call, Present};
use artel_domain::event::Verdict;
use artel_domain::{Approval, ApprovalRule, Binding, CallId, Event, Target, TargetChange, ToolDefinition, ToolRef};
use artel_store::TurnRecord;
use serde_json::Value;

use crate::ProposedCall;
use crate::toolbox::{Judge, function_of};

/// A value of a changed member is cut to this many characters in the reason of a question.
const LONGEST_VALUE: usize = 200;

/// As it was when the worker claimed the run. The worker makes calls with the same rows, so nothing can change in
/// between.
pub(crate) struct Targets {
    rows: Vec<(Binding, ToolDefinition)>,
    approvals: Vec<Approval>,
    rules: Vec<ApprovalRule>,
    /// As whom held calls would be made, where their tools act as somebody and would not refuse them.
    accounts: BTreeMap<CallId, Value>,
}

impl Targets {
    pub(crate) fn of(record: &TurnRecord) -> Self {
        Self {
            rows: record.bindings.clone(),
            approvals: record.approvals.clone(),
            rules: record.approval_rules.clone(),
            accounts: BTreeMap::new(),
        }
    }

    pub(crate) fn with_accounts(self, accounts: BTreeMap<CallId, Value>) -> Self {
        Self { accounts, ..self }
    }

    /// The arguments that a held call is made with, when a human has put others in place of them too.
    pub(crate) fn args<'a>(&'a self, call: &'a Call) -> &'a Value {
        let decided = self.approvals.iter().find(|approval| Some(approval.id) == call.approval);
        decided.and_then(|approval| approval.decided_args.as_ref()).unwrap_or(&call.args)
    }

    /// Rules may have to be asked about them.
    pub(crate) fn has_held_calls(&self) -> bool {
        !self.approvals.is_empty()
    }

    /// `None` when the agent has no such tool any more.
    fn target(&self, tool: &ToolRef) -> Option<Target> {
        match tool {
            ToolRef::Row { id, .. } => {
                let (binding, row) = self.rows.iter().find(|(_, row)| row.id == *id)?;
                Some(Target::of_row(row, binding))
            }
            other => Some(Target::named(other.clone())),
        }
    }

    /// How the tool of a call that a human was asked about is now. A rule that forbids the call by now refuses it, as
    /// long as it was not dispatched.
    pub(crate) fn present(&self, judge: &Judge<'_>, call: &Call) -> Present {
        let target = call.planned.tool.as_ref().and_then(|tool| self.target(tool));
        let Some(target) = target else {
            return Present::Refused(format!("the tool '{}' is not bound to this agent any more", call.planned.name));
        };
        if let Some(why) = self.forbidden(judge, call, &target) {
            return Present::Refused(why);
        }
        match &call.shown {
            Some(shown) if !shown.changes(&target.made_as(self.account_now(call))).is_empty() => Present::Changed,
            _ => Present::AsShown,
        }
    }

    /// A tool that would refuse the call now says so when it is made. It also holds the call to the account that was
    /// shown, at the moment of the call.
    fn account_now<'a>(&'a self, call: &'a Call) -> Option<&'a Value> {
        self.accounts.get(&call.planned.call_id).or_else(|| call.shown.as_ref()?.account())
    }

    fn forbidden(&self, judge: &Judge<'_>, call: &Call, target: &Target) -> Option<String> {
        if call.state != artel_domain::CallState::AwaitingApproval {
            return None;
        }
        let name = target.members.get("name").and_then(Value::as_str).unwrap_or(&call.planned.name);
        let args = self.args(call);
        let (agent_id, tenant_rules, fuel) = (judge.run.agent_id, &self.rules, judge.fuel);
        let row = self.rows.iter().find(|(_, row)| target.tool.row_id() == Some(row.id));
        let function = row.and_then(|(_, row)| function_of(row)).unwrap_or(name);
        let other_names = &[call.planned.offered_name.as_str(), function];
        // A human has decided already, and the author can ask for no more.
        let (tool, author) = (&target.tool, None);
        let asked = ProposedCall { agent_id, tool, name, other_names, args, tenant_rules, author, fuel };
        if let Verdict::Refuse { reason } = judge.policy.verdict(&asked) { Some(reason) } else { None }
    }

    /// A question to a human, with what the call would reach now and what differs from the question before it. Other
    /// events stay as they are.
    pub(crate) fn show(&self, event: Event, call: impl FnOnce(artel_domain::CallId) -> Option<Call>) -> Event {
        let Event::ApprovalRequested {
            approval_id,
            call_id,
            name,
            args,
            args_digest,
            reason,
            target: None,
            replaces,
            approvers,
            ..
        } = event
        else {
            return event;
        };
        let call = call(call_id);
        let target = call.as_ref().and_then(|call| {
            let target = self.target(call.planned.tool.as_ref()?)?;
            let account = self.accounts.get(&call_id).or_else(|| account(&call.planned.verdict));
            Some(target.made_as(account))
        });
        let shown = call.as_ref().and_then(|call| call.shown.as_ref());
        let changed = shown.zip(target.as_ref()).map(|(shown, now)| shown.changes(now)).unwrap_or_default();
        let reason = with_changes(reason, &changed);
        Event::ApprovalRequested {
            approval_id,
            call_id,
            name,
            args,
            args_digest,
            reason,
            target,
            changed,
            replaces,
            approvers,
        }
    }
}

fn account(verdict: &Verdict) -> Option<&Value> {
    if let Verdict::Ask { account, .. } = verdict { account.as_ref() } else { None }
}

fn with_changes(reason: String, changed: &[TargetChange]) -> String {
    if changed.is_empty() {
        return reason;
    }
    let lines: Vec<String> = changed
        .iter()
        .map(|change| format!("{}: {} → {}", change.member, short(&change.from), short(&change.to)))
        .collect();
    format!("{reason}. {}", lines.join("; "))
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
