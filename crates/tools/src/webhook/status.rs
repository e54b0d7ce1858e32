//! Asks a verifiable tool what became of a call whose answer was lost.

use reqwest::StatusCode;
use serde_json::json;

use super::Webhook;
use super::answer::Answer;
use super::outcome::{Fault, ending};
use super::request::Request;
use super::retry::Ending;
use crate::context::CallContext;
use crate::tool::Verified;

impl Webhook {
    /// 200 is the call's answer, 404 means that the call never arrived. Anything else, 202 ("still at it") included,
    /// says nothing.
    pub(super) async fn ask_status(&self, context: &CallContext) -> Verified {
        let Some(endpoint) = self.definition.status_endpoint.as_deref() else { return Verified::Unknown };
        let key = context.idempotency_key();
        let args = json!({ "idempotency_key": key });
        let request = Request { endpoint, args: &args, fresh: false, ..self.bare_request(context, &key) };
        let Ok(prepared) = request.prepare(&context.egress).await else { return Verified::Unknown };
        let mut attempt = 1;
        loop {
            let result =
                prepared.attempt(self.limits, &context.egress, &self.shared.auth, &mut prepared.record()).await;
            let pause = self.shared.pause(&result, attempt).filter(|_| ending(&result) != Ending::Settled);
            let Some(pause) = pause else { return self.meaning(context, result).await };
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    async fn meaning(&self, context: &CallContext, result: Result<Answer, Fault>) -> Verified {
        match &result {
            Ok(answer) if answer.status == StatusCode::OK => Verified::Finished(self.outcome(context, result).await),
            Ok(answer) if answer.status == StatusCode::NOT_FOUND => Verified::NeverArrived,
            _ => Verified::Unknown,
        }
    }
}
