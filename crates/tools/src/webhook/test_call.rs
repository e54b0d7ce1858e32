//! One attempt, for the author of the tool, with everything there is to see.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::Webhook;
use super::answer::{Answer, Body};
use super::outcome::{Fault, transformed};
use super::request::Request;
use crate::context::CallContext;
use crate::test_report::TestReport;

impl Webhook {
    /// How long one attempt may take.
    pub(crate) fn time_limit(&self) -> Duration {
        self.limits.timeout
    }

    /// # Errors
    /// Why the call was refused before anything was sent.
    pub(crate) async fn test(
        &self,
        context: &CallContext,
        args: &Value,
        deadline: Instant,
    ) -> Result<TestReport, String> {
        let key = context.idempotency_key();
        let request = Request { fresh: true, ..self.request(context, &key, args)? };
        let prepared = timeout_at(deadline, request.prepare(&context.egress)).await;
        let prepared = prepared.unwrap_or_else(|_| Err(Fault::Timeout(self.limits.timeout).text()))?;
        let mut record = prepared.record();
        let attempt = prepared.attempt(self.limits, &context.egress, &self.shared.auth, &mut record);
        let result = timeout_at(deadline, attempt).await.unwrap_or(Err(Fault::Timeout(self.limits.timeout)));
        let report = self.report(context, result, deadline).await;
        Ok(TestReport { request_url: Some(record.url), request_method: Some(record.method), ..report })
    }

    async fn report(&self, context: &CallContext, result: Result<Answer, Fault>, deadline: Instant) -> TestReport {
        let answer = match result {
            Ok(answer) => answer,
            Err(fault) => return TestReport::failed(fault.text()),
        };
        let (raw_body, status) = (Some(answer.body.text()), answer.status);
        let mut report = TestReport { status_code: Some(status.as_u16()), raw_body, ..TestReport::default() };
        match (answer.body, self.definition.response_transform.as_deref()) {
            _ if !status.is_success() => report.error = Some(format!("the tool answered {status}")),
            (Body::Json(value), Some(expression)) => {
                let transformed = transformed(context.tenant_id, expression, value, self.limits.response_cap);
                match timeout_at(deadline, transformed).await.unwrap_or_else(|_| Err(self.not_transformed())) {
                    Ok(transformed) => report.transformed_body = Some(transformed),
                    Err(error) => report.error = Some(error),
                }
            }
            (body, _) => match body.into_value() {
                Ok(value) => report.transformed_body = Some(value),
                Err(error) => report.error = Some(error),
            },
        }
        report
    }

    fn not_transformed(&self) -> String {
        let limit = self.limits.timeout.as_millis();
        format!(
            "the answer came, and was not transformed within {limit} ms: too much else of this organisation is under way"
        )
    }
}
