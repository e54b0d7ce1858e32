//! Asks a verifiable tool what became of a call whose answer was lost.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;

use super::Webhook;
use super::answer::Answer;
use super::outcome::{Fault, ending};
use super::request::Request;
use super::retry::Ending;
use crate::context::CallContext;
use crate::tool::Verified;

const ASK_AGAIN: Duration = Duration::from_millis(500);

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
            context.held().await;
            let result =
                prepared.attempt(self.limits, &context.egress, &self.shared.auth, &mut prepared.record()).await;
            let pause = self.shared.pause(&result, attempt).filter(|_| ending(&result) != Ending::Settled);
            let Some(pause) = pause else { return self.meaning(context, result).await };
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    /// The same, and again while the question cannot be asked. The deadline of the call ends it.
    pub(super) async fn ask_status_until_told(&self, context: &CallContext) -> Verified {
        loop {
            match self.ask_status(context).await {
                Verified::NotNow(_) => tokio::time::sleep(ASK_AGAIN).await,
                told => return told,
            }
        }
    }

    async fn meaning(&self, context: &CallContext, result: Result<Answer, Fault>) -> Verified {
        match &result {
            Ok(answer) if answer.status == StatusCode::OK => Verified::Finished(self.outcome(context, result).await),
            Ok(answer) if answer.status == StatusCode::NOT_FOUND => Verified::NeverArrived,
            Err(Fault::NotNow(why)) => Verified::NotNow(why.clone()),
            _ => Verified::Unknown,
        }
    }
}
