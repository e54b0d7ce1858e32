//! The attempts of one call, and what they came to.

use std::time::Duration;

use artel_domain::ToolOutcome;

use super::answer::Answer;
use super::outcome::{Fault, ending, outcome};
use super::request::Prepared;
use super::retry::{self, Next};
use super::{Webhook, Webhooks};
use crate::context::CallContext;
use crate::output::ToolError;
use crate::tool::Verified;

impl Webhook {
    /// Sends until there is an answer that settles the call, or no attempt is left.
    ///
    /// # Errors
    /// `NotNow`: an attempt could not be begun, and those before it allow that the call is made again from the start.
    pub(super) async fn attempts(
        &self,
        context: &CallContext,
        prepared: &Prepared<'_>,
    ) -> Result<ToolOutcome, ToolError> {
        let mut attempt = 1;
        loop {
            let result = self.attempt(context, prepared, attempt).await;
            if let Err(Fault::NotNow(why)) = result {
                return Err(ToolError::NotNow(why));
            }
            let next = retry::next(self.definition.effect, ending(&result));
            if next == Next::Ask {
                match self.ask_status_until_told(context).await {
                    Verified::Finished(outcome) => return Ok(outcome),
                    Verified::NeverArrived => {}
                    Verified::Unknown | Verified::NotNow(_) => return Ok(self.outcome(context, result).await),
                }
            }
            let pause = self.shared.pause(&result, attempt).filter(|_| next != Next::Stop);
            let Some(pause) = pause else {
                return Ok(if next == Next::Ask {
                    never_happened(&result)
                } else {
                    self.outcome(context, result).await
                });
            };
            tracing::debug!(call = %context.call_id, host = prepared.host(), attempt, ?pause, "a tool call is repeated");
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    async fn attempt(&self, context: &CallContext, prepared: &Prepared<'_>, attempt: u32) -> Result<Answer, Fault> {
        context.held().await;
        let mut record = prepared.record();
        context.record.note(|exchange| (exchange.attempts, exchange.request) = (attempt, Some(record.clone())));
        let result = prepared.attempt(self.limits, &context.egress, &self.shared.auth, &mut record).await;
        let answer = result.as_ref().ok();
        context.record.note(|exchange| {
            exchange.request = Some(record);
            exchange.status_code = answer.map(|answer| answer.status.as_u16());
            exchange.truncated = answer.is_some_and(|answer| answer.truncated);
        });
        result
    }

    /// What the last attempt means for the call.
    pub(super) async fn outcome(&self, context: &CallContext, result: Result<Answer, Fault>) -> ToolOutcome {
        let transform = self.definition.response_transform.as_deref();
        outcome(context.tenant_id, result, self.definition.effect, transform, self.limits.response_cap).await
    }
}

impl Webhooks {
    /// How long to wait before the attempt after number `attempt` (from 1). `None`: it was the last, or the receiver
    /// asks for more patience than it is given.
    pub(super) fn pause(&self, result: &Result<Answer, Fault>, attempt: u32) -> Option<Duration> {
        if attempt > self.config.retry_attempts {
            return None;
        }
        let asked = result
            .as_ref()
            .ok()
            .and_then(|answer| retry::retry_after(answer.retry_after.as_deref()?, self.clock.now()));
        // The low bits of a fresh id are random.
        let jitter = (self.clock.uuid().as_u128() & 0xffff) as f64 / 65_535.0;
        retry::delay(attempt, asked, jitter)
    }
}

/// A verifiable tool's status operation said that the call never arrived: that is a plain failure, not an unknown.
fn never_happened(result: &Result<Answer, Fault>) -> ToolOutcome {
    let why = match result {
        Ok(answer) => format!("the tool answered {}", answer.status),
        Err(fault) => fault.text(),
    };
    ToolOutcome::Failed { error: format!("{why}; the tool says that the call never arrived") }
}
