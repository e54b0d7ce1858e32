//! From how the last attempt ended to what the model is told.

use std::time::Duration;

use artel_domain::{EffectClass, TenantId, ToolOutcome};
use artel_egress::SendError;
use serde_json::Value;

use super::answer::Answer;
use super::retry::Ending;
use crate::auth::NoSecret;
use crate::output::unknown;
use crate::programs::Programs;
use crate::transform;

/// Why an attempt brought no answer.
#[derive(Debug)]
pub(crate) enum Fault {
    /// A guard, a missing secret, a token that could not be had. The text is for the model.
    Refused(String),
    /// Something of this installation that the attempt needs is away for the moment. Nothing was sent. The text says
    /// what.
    NotNow(String),
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
            // `Answer::read` makes an answer of it; here it would be one that says nothing.
            SendError::Lost | SendError::Compressed(_) => Self::Lost,
        }
    }
}

impl From<NoSecret> for Fault {
    fn from(why: NoSecret) -> Self {
        match why {
            NoSecret::Refused(text) => Self::Refused(text),
            NoSecret::NotNow(text) => Self::NotNow(text),
        }
    }
}

impl Fault {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Refused(text) => text.clone(),
            Self::NotNow(why) => format!("the call could not be begun: {why}"),
            Self::Timeout(limit) => format!("the tool did not answer within {} ms", limit.as_millis()),
            Self::Connect { .. } => "could not connect to the tool's host".to_owned(),
            Self::Lost => "the connection was lost before the tool's answer was complete".to_owned(),
        }
    }
}

pub(crate) fn ending(result: &Result<Answer, Fault>) -> Ending {
    match result {
        Ok(answer) => Ending::of_status(answer.status, answer.retry_after.is_some()),
        Err(Fault::Refused(_) | Fault::NotNow(_)) => Ending::Settled,
        Err(Fault::Connect { first_hop: true }) => Ending::NotAccepted,
        Err(Fault::Connect { first_hop: false } | Fault::Timeout(_) | Fault::Lost) => Ending::Uncertain,
    }
}

/// What the call came to.
///
/// # Arguments
/// * `tenant`: whose expression it is.
/// * `transform`: a JMESPath expression for an answer in JSON.
/// * `cap`: the most that a transformed answer may be, in bytes.
pub(crate) async fn outcome(
    tenant: TenantId,
    result: Result<Answer, Fault>,
    effect: EffectClass,
    transform: Option<&str>,
    cap: usize,
) -> ToolOutcome {
    let uncertain =
        ending(&result) == Ending::Uncertain && matches!(effect, EffectClass::AtMostOnce | EffectClass::Verifiable);
    match result {
        Ok(answer) if answer.status.is_success() => succeeded(tenant, answer, transform, cap).await,
        Ok(answer) => {
            let status = answer.status.as_u16();
            let error = format!("the tool answered {} {}", answer.status, answer.excerpt());
            // A gateway speaks for a receiver that it did not hear out; any other status is the receiver's own word.
            if uncertain && matches!(status, 502 | 504) {
                ToolOutcome::Unknown { error: unknown(&error) }
            } else {
                ToolOutcome::Failed { error: error.trim_end().to_owned() }
            }
        }
        Err(fault) if uncertain => ToolOutcome::Unknown { error: unknown(&fault.text()) },
        Err(fault) => ToolOutcome::Failed { error: fault.text() },
    }
}

async fn succeeded(tenant: TenantId, answer: Answer, transform: Option<&str>, cap: usize) -> ToolOutcome {
    let (truncated, is_broken_json) = (answer.truncated, answer.is_broken_json);
    let output = match answer.body.into_value() {
        Ok(output) => output,
        Err(error) => return ToolOutcome::Failed { error: format!("the tool answered, but {error}") },
    };
    match transform {
        // The expression may be there to leave something out.
        Some(_) if is_broken_json => {
            let why = if truncated { "is too large" } else { "is not the JSON that it says it is" };
            let error =
                format!("the tool answered, but the answer {why}, so that its response_transform cannot be applied");
            ToolOutcome::Failed { error }
        }
        // Cut JSON is text, and an expression over text finds nothing.
        Some(expression) if !truncated && !output.is_string() => {
            match transformed(tenant, expression, output, cap).await {
                Ok(output) => ToolOutcome::Succeeded { output },
                Err(error) => ToolOutcome::Failed { error: format!("the tool answered, but {error}") },
            }
        }
        _ => ToolOutcome::Succeeded { output },
    }
}

/// The answer after the expression of the tool's author.
pub(crate) async fn transformed(
    tenant: TenantId,
    expression: &str,
    answer: Value,
    cap: usize,
) -> Result<Value, String> {
    let expression = expression.to_owned();
    Programs::of_process().run(tenant, move |fuel| transform::apply(&expression, &answer, cap, fuel)).await
}
