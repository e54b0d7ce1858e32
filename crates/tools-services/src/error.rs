//! Texts of errors: a code, what was wrong, what to do now.

use artel_connector_engine::ExecuteError;
use artel_identity::NoDataKey;
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
    tracing::error!(%error, "what an agent may use cannot be read");
    tell("failed", "what this agent may use cannot be read", "tell the user that something is wrong on our side")
}

pub(crate) fn of_keyring(error: &NoDataKey) -> ToolError {
    if matches!(error, NoDataKey::NotNow(_)) {
        return ToolError::NotNow(error.to_string());
    }
    tracing::error!(%error, "the key of an organisation cannot be unwrapped; was the master key changed?");
    tell("failed", "the account's secret cannot be opened", "tell the user that something is wrong on our side")
}

/// Why a call has no result.
pub(crate) fn of_execute(error: &ExecuteError) -> ToolError {
    let what = error.to_string();
    match error {
        ExecuteError::Arguments(_) => {
            tell("invalid_argument", &what, "read the operation's parameters with describe_service and correct them")
        }
        ExecuteError::Credential(_) => {
            tell("forbidden", &what, "tell the user that this account needs their attention")
        }
        ExecuteError::TooFast { .. } => tell("rate_limited", &what, "do something else first"),
        ExecuteError::NotReady { .. } => tell("unavailable", &what, "do something else first"),
        ExecuteError::Refused(_) => tell("provider_error", &what, "correct what the service names, or tell the user"),
        ExecuteError::Forbidden(_) => {
            tell("forbidden", &what, "no further try changes that: tell the user where this account leads")
        }
        ExecuteError::NotSent(_) => tell("unavailable", &what, "try once more later, or tell the user"),
        ExecuteError::Unknown(_) => {
            ToolError::Unknown(format!("unknown_outcome: {what}; read the service's state before you try again"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ExecuteError, of_execute};

    #[test]
    fn nobody_is_told_to_try_again_where_a_guard_refused() {
        let refused =
            of_execute(&ExecuteError::Forbidden("the host 10.0.0.1 is not on the public internet".to_owned()));
        let told = format!("{refused:?}");
        assert!(told.contains("forbidden: the host 10.0.0.1 is not on the public internet"), "{told}");
        assert!(told.contains("no further try changes that") && !told.contains("once more"), "{told}");
    }
}
