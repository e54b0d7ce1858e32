//! Asks a verifiable tool what became of a call whose answer was lost.

use artel_domain::ToolOutcome;
use reqwest::StatusCode;
use serde_json::json;

use crate::answer::Answer;
use crate::executor::{Call, Tools, idempotency_key};
use crate::outcome::{Fault, ending, outcome};
use crate::retry::Ending;
use crate::webhook::Job;

/// What the status operation says.
#[derive(Debug, Clone, PartialEq)]
pub enum Verified {
    /// 200: the call took effect; the body is its answer.
    Finished(ToolOutcome),
    /// 404: it may be called again.
    NeverArrived,
    /// Anything else, 202 ("still at it") included.
    Unknown,
}

impl Tools {
    /// `GET <status_endpoint>?idempotency_key=…` under the same guards and with the same credential as the call itself.
    pub async fn verify(&self, call: Call<'_>) -> Verified {
        let Some(endpoint) = call.tool.status_endpoint.as_deref() else { return Verified::Unknown };
        let key = idempotency_key(call.call_id);
        let args = json!({ "idempotency_key": key });
        let job = Job { endpoint, args: &args, fresh: false, ..call.bare_job(&key) };
        let Ok(prepared) = job.prepare(&self.egress) else { return Verified::Unknown };
        let limits = self.limits(call.binding.timeout_ms);
        for attempt in 1..=self.config.retry_attempts + 1 {
            let result = prepared.attempt(limits, &self.egress, &self.auth, &mut prepared.record()).await;
            let pause =
                self.pause(&result, attempt).filter(|_| ending(&result) != Ending::Settled && attempt <= self.config.retry_attempts);
            let Some(pause) = pause else { return self.judged(&call, result) };
            tokio::time::sleep(pause).await;
        }
        Verified::Unknown
    }

    fn judged(&self, call: &Call<'_>, result: Result<Answer, Fault>) -> Verified {
        match &result {
            Ok(answer) if answer.status == StatusCode::OK => {
                Verified::Finished(outcome(result, call.tool.effect, call.tool.response_transform.as_deref(), self.config.response_cap))
            }
            Ok(answer) if answer.status == StatusCode::NOT_FOUND => Verified::NeverArrived,
            _ => Verified::Unknown,
        }
    }
}
