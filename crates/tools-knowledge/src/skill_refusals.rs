//! What a model is told when something about skills cannot be done.

use artel_domain::{Refusal, RefusalKind};
use artel_store::StoreError;
use artel_tools::ToolError;

use crate::refusals::{faults, tell};

pub(crate) fn of_store(error: &StoreError) -> ToolError {
    if matches!(error, StoreError::Unavailable(_)) {
        return ToolError::NotNow(error.to_string());
    }
    tracing::error!(%error, "skills cannot be read");
    failed()
}

/// Why an intent was refused.
pub(crate) fn of_refusal(refusal: Refusal) -> ToolError {
    let what = refusal.message.trim_end_matches('.');
    match refusal.kind {
        RefusalKind::Invalid => tell("invalid_argument", &faults(&refusal), "correct it and make the call again"),
        RefusalKind::Absent => no_skill(),
        RefusalKind::Conflict => match refusal.code {
            "name_taken" => tell("conflict", what, "choose another name"),
            _ => tell("too_large", what, "delete skills that nobody needs"),
        },
        RefusalKind::Forbidden => match refusal.code {
            "system_skill_read_only" => {
                let what = "a system skill cannot be changed, switched off or deleted";
                tell("forbidden", what, "copy it with action copy and to_name, and change the copy")
            }
            "other_users_skill" => tell(
                "forbidden",
                "another user made this skill",
                "copy it with action copy and to_name, and change the copy",
            ),
            _ => tell("forbidden", what, "tell the user what you would have done"),
        },
        RefusalKind::TooLarge => tell("too_large", what, "leave files out, or make them shorter"),
        RefusalKind::TooMany { .. } => tell("rate_limited", what, "tell the user"),
        RefusalKind::Unavailable(why) => ToolError::NotNow(why.to_string()),
        RefusalKind::Internal(why) => {
            tracing::error!(error = %why, "a skill cannot be changed");
            failed()
        }
    }
}

fn failed() -> ToolError {
    tell("failed", "skills cannot be reached", "tell the user that something is wrong on our side")
}

pub(crate) fn no_skill() -> ToolError {
    tell(
        "not_found",
        "skill_id: there is no such skill",
        "look for it with skill_search, or list all with manage_skill",
    )
}
