//! From how the last attempt ended to what the model is told.

use std::time::Duration;

use artel_domain::{EffectClass, ToolOutcome};
use artel_egress::SendError;

use crate::answer::Answer;
use crate::retry::Ending;
use crate::transform;

/// Why an attempt brought no answer.
#[derive(Debug)]
pub(crate) enum Fault {
    /// A guard, a missing secret, a token that could not be had. The text is for the model.
    Refused(String),
    Timeout(Duration),
    Connect {
        first_hop: bool,
    },
    Lost,
}

impl From<SendError> for Fault {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Refused(refusal) => Self::Refused(refusal.to_string()),
            SendError::Connect { first_hop } => Self::Connect { first_hop },
            SendError::Lost => Self::Lost,
        }
    }
}

impl Fault {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Refused(text) => text.clone(),
            Self::Timeout(limit) => format!("the tool did not answer within {} ms", limit.as_millis()),
            Self::Connect { .. } => "could not connect to the tool's host".to_owned(),
            Self::Lost => "the connection was lost before the tool's answer was complete".to_owned(),
        }
    }
}

pub(crate) fn ending(result: &Result<Answer, Fault>) -> Ending {
    match result {
        Ok(answer) => Ending::of_status(answer.status, answer.retry_after.is_some()),
        Err(Fault::Refused(_)) => Ending::Settled,
        Err(Fault::Connect { first_hop: true }) => Ending::NotAccepted,
        Err(Fault::Connect { first_hop: false } | Fault::Timeout(_) | Fault::Lost) => Ending::Uncertain,
    }
}

/// What the call came to. `cap` bounds a transformed answer.
pub(crate) fn outcome(result: Result<Answer, Fault>, effect: EffectClass, transform: Option<&str>, cap: usize) -> ToolOutcome {
    let unknowable = matches!(effect, EffectClass::AtMostOnce | EffectClass::Verifiable) && ending(&result) == Ending::Uncertain;
    match result {
        Ok(answer) if answer.status.is_success() => succeeded(answer, transform, cap),
        Ok(answer) => {
            let status = answer.status.as_u16();
            let error = format!("the tool answered {} {}", answer.status, answer.excerpt());
            // A gateway speaks for a receiver that it did not hear out; any other status is the receiver's own word.
            if unknowable && matches!(status, 502 | 504) {
                unknown(&error)
            } else {
                ToolOutcome::Failed { error: error.trim_end().to_owned() }
            }
        }
        Err(fault) if unknowable => unknown(&fault.text()),
        Err(fault) => ToolOutcome::Failed { error: fault.text() },
    }
}

pub(crate) fn unknown(why: &str) -> ToolOutcome {
    ToolOutcome::Unknown { error: format!("{}; whether the call had an effect is not known, and it was not repeated", why.trim_end()) }
}

fn succeeded(answer: Answer, transform: Option<&str>, cap: usize) -> ToolOutcome {
    let truncated = answer.truncated;
    let output = answer.body.into_value();
    match transform {
        // Cut JSON is text, and an expression over text finds nothing.
        Some(expression) if !truncated && !output.is_string() => match transform::apply(expression, &output, cap) {
            Ok(output) => ToolOutcome::Succeeded { output },
            Err(error) => ToolOutcome::Failed { error: format!("the tool answered, but {error}") },
        },
        _ => ToolOutcome::Succeeded { output },
    }
}
