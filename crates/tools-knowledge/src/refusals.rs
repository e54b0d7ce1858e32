//! Texts of errors: a code, what was wrong, what to do now.

use artel_domain::{Refusal, RefusalKind};
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
    tracing::error!(%error, "what users keep cannot be read");
    failed()
}

/// There is no file at this path.
pub(crate) fn no_file(path: &str) -> String {
    format!("not_found: there is no file {path} in the memory; list the files with read_memory")
}

/// Why an intent was refused.
pub(crate) fn of_refusal(refusal: Refusal) -> ToolError {
    let what = refusal.message.trim_end_matches('.');
    match refusal.kind {
        RefusalKind::Invalid => ToolError::Tell(format!("invalid_argument: {}", faults(&refusal))),
        RefusalKind::Absent => tell("not_found", "there is no such file", "list the files with read_memory"),
        RefusalKind::Conflict => match refusal.code {
            "memory_full" => tell("too_large", what, "delete files that nobody needs, or merge some into one"),
            "path_taken" => tell("conflict", what, "choose another path, or delete that file first"),
            _ => tell("conflict", what, now_that(&refusal)),
        },
        RefusalKind::Forbidden => tell("forbidden", what, "tell the user what you would have done"),
        RefusalKind::TooLarge => tell("too_large", what, "keep the essence, or split it into several files"),
        RefusalKind::TooMany { .. } => tell("rate_limited", what, "tell the user"),
        RefusalKind::Unavailable(why) => ToolError::NotNow(why.to_string()),
        RefusalKind::Internal(why) => {
            tracing::error!(error = %why, "memory cannot be changed");
            failed()
        }
    }
}

/// What to do about another version than the expected one.
fn now_that(refusal: &Refusal) -> &'static str {
    let present = refusal.details.as_ref().is_some_and(|details| details["present_version"].is_number());
    if present {
        "read the file again, merge, and make the call with its version"
    } else {
        "leave expected_version out to write it anew"
    }
}

fn failed() -> ToolError {
    tell("failed", "what users keep cannot be reached", "tell the user that something is wrong on our side")
}

pub(crate) fn faults(refusal: &Refusal) -> String {
    let all: Vec<String> = refusal.faults.iter().map(|fault| format!("{} {}", fault.field, fault.message)).collect();
    all.join(", ")
}
