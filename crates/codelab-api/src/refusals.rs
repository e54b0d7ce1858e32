//! Refusals of intents in the words of CodeLab's clients. What is not named here is said as on every other surface.

use artel_domain::{Refusal, RefusalKind, Subject};
use artel_http::Problem;
use artel_intents::ARGUMENTS_MISSING;
use axum::http::StatusCode;

use crate::codes;

/// The member in which CodeLab's clients send the arguments of an edited call.
const EDITED: &str = "modified_arguments";

/// A refusal as these surfaces say it.
pub(crate) fn problem(refusal: Refusal) -> Problem {
    match (&refusal.kind, refusal.subject) {
        (RefusalKind::Absent, Subject::Session) => no_session(),
        (RefusalKind::Absent, Subject::Agent) => {
            Problem::forbidden(codes::AGENT_UNAVAILABLE, "CodeLab is switched off in this organisation.")
        }
        // What is decided already is as unknown as what never was.
        (RefusalKind::Absent, Subject::Call) | (RefusalKind::Absent | RefusalKind::Conflict, Subject::Approval) => {
            no_call()
        }
        (RefusalKind::Conflict, Subject::Tool) => {
            Problem::invalid_field(EDITED, "the tool is gone: nothing can be put in place of its arguments")
        }
        (RefusalKind::Invalid, Subject::Arguments) if refusal.code == ARGUMENTS_MISSING => {
            let message = "With \"edit\" the new arguments are needed: modified_arguments, an object.";
            Problem::new(StatusCode::BAD_REQUEST, codes::MISSING_FIELD, message)
        }
        (RefusalKind::Invalid, Subject::Arguments) => Problem::invalid_field(EDITED, refusal.message),
        (RefusalKind::Invalid, Subject::Input) => {
            Problem::new(StatusCode::BAD_REQUEST, codes::INVALID_FORMAT, "The message's content must not be empty.")
        }
        _ => refusal.into(),
    }
}

/// 404: the session is absent, another user's, or has ended.
pub(crate) fn no_session() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, codes::SESSION_NOT_FOUND, "There is no such session.")
}

/// 404: no such call waits in the session.
pub(crate) fn no_call() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, codes::INVALID_CALL_ID, "The session waits for no such call.")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Refusal::absent(Subject::Session), 404, "SESSION_NOT_FOUND")]
    #[case(Refusal::absent(Subject::Agent), 403, "AGENT_UNAVAILABLE")]
    #[case(Refusal::absent(Subject::Call), 404, "INVALID_CALL_ID")]
    #[case(Refusal::absent(Subject::Approval), 404, "INVALID_CALL_ID")]
    #[case(Refusal::conflict(Subject::Approval, "conflict", "It is decided."), 404, "INVALID_CALL_ID")]
    #[case(Refusal::conflict(Subject::Tool, "conflict", "It is gone."), 422, "validation_error")]
    #[case(Refusal::invalid(Subject::Arguments, "is wrong"), 422, "validation_error")]
    #[case(
        Refusal::new(RefusalKind::Invalid, Subject::Arguments, ARGUMENTS_MISSING, "is absent"),
        400,
        "MISSING_FIELD"
    )]
    #[case(Refusal::invalid(Subject::Input, "must not be empty"), 400, "INVALID_FORMAT")]
    #[case(Refusal::conflict(Subject::Session, "session_exists", "It exists."), 409, "session_exists")]
    #[case(Refusal::unavailable("away"), 503, "unavailable")]
    fn clients_of_codelab_get_the_codes_that_they_know(
        #[case] refusal: Refusal,
        #[case] status: u16,
        #[case] code: &str,
    ) {
        let problem = problem(refusal);
        assert_eq!((problem.status().as_u16(), problem.code()), (status, code));
    }
}
