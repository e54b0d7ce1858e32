//! Texts of errors: a code, what was wrong with which argument, what to do now.

use artel_egress::{Refusal, SendError};
use artel_tools::ToolError;

/// An error that the model hears of.
pub(crate) fn tell(code: &str, what: &str, now: &str) -> ToolError {
    ToolError::Tell(format!("{code}: {what}; {now}"))
}

/// Why an address was not called, or brought nothing.
pub(crate) fn of_send(error: &SendError) -> ToolError {
    match error {
        SendError::Refused(refusal) => of_refusal(refusal),
        SendError::Connect { .. } => {
            tell("provider_error", "url: could not connect to the host", "check the address or use another source")
        }
        SendError::Compressed(coding) => {
            let what = format!("url: the server sent the page compressed ({coding}) although that was not asked for");
            tell("provider_error", &what, "use another source")
        }
        SendError::Lost => {
            tell("provider_error", "url: the connection was lost before the answer was complete", "try once more")
        }
    }
}

pub(crate) fn of_refusal(refusal: &Refusal) -> ToolError {
    let what = format!("url: {refusal}");
    match refusal {
        Refusal::NotAllowed(_) | Refusal::OtherOrigin(_) => {
            tell("forbidden", &what, "use an address of an allowed host")
        }
        Refusal::NotPublic(_) => tell("forbidden", &what, "use a public address"),
        Refusal::Downgrade | Refusal::TooManyRedirects => {
            tell("provider_error", &what, "use the address that it leads to, or another source")
        }
        _ => tell("invalid_argument", &what, "give a whole http or https address such as https://example.com/page"),
    }
}

/// What a status other than success means.
pub(crate) fn of_status(status: u16) -> ToolError {
    let what = format!("url: the server answered {status}");
    match status {
        404 | 410 => tell("not_found", &what, "check the address or look for the page with web_search"),
        401 | 403 | 407 | 451 => tell(
            "forbidden",
            &what,
            "the page wants a login or refuses programs: use browser_interact or another source",
        ),
        429 => tell("rate_limited", &what, "wait before you ask this host again, or use another source"),
        500.. => tell("provider_error", &what, "try once more later or use another source"),
        _ => tell("provider_error", &what, "check the address or use another source"),
    }
}
