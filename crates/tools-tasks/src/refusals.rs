//! Texts of errors: a code, what was wrong, what to do now.

use artel_domain::{Refusal, RefusalKind, Subject};
use artel_store::StoreError;
use artel_tools::ToolError;

/// An error that the model hears of.
pub(crate) fn tell(code: &str, what: &str, now: &str) -> ToolError {
    ToolError::Tell(format!("{code}: {what}; {now}"))
}

pub(crate) fn of_store(error: &StoreError) -> ToolError {
    if matches!(error, StoreError::Unavailable(_)) {
        return ToolError::NotNow(error.to_string());
    }
    tracing::error!(%error, "tasks cannot be read");
    failed()
}

/// Why an intent was refused.
pub(crate) fn of_refusal(refusal: Refusal) -> ToolError {
    let what = refusal.message.trim_end_matches('.');
    match refusal.kind {
        RefusalKind::Invalid => tell("invalid_argument", &faults(&refusal), "correct it and make the call again"),
        RefusalKind::Absent if refusal.subject == Subject::Agent => {
            tell("not_found", "agent_id: there is no such agent", "leave it out, and this agent does the task")
        }
        RefusalKind::Absent => tell("not_found", "there is no such task", "look for it with query_tasks"),
        RefusalKind::Conflict => tell("conflict", what, "look at the task with query_tasks"),
        RefusalKind::Forbidden => tell("forbidden", what, "tell the user what you would have done"),
        RefusalKind::TooLarge => tell("too_large", what, "make the prompt shorter"),
        RefusalKind::TooMany { .. } => tell("rate_limited", what, "tell the user"),
        RefusalKind::Unavailable(why) => ToolError::NotNow(why.to_string()),
        RefusalKind::Internal(why) => {
            tracing::error!(error = %why, "a task cannot be kept");
            failed()
        }
    }
}

fn failed() -> ToolError {
    tell("failed", "tasks cannot be reached", "tell the user that something is wrong on our side")
}

fn faults(refusal: &Refusal) -> String {
    let all: Vec<String> = refusal.faults.iter().map(|fault| format!("{} {}", fault.field, fault.message)).collect();
    if all.is_empty() { format!("{} {}", refusal.subject.as_str(), refusal.message) } else { all.join(", ") }
}
