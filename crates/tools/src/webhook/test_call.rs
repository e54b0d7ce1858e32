//! One attempt, for the author of the tool, with everything there is to see.

use serde_json::Value;

use super::Webhook;
use super::answer::{Answer, Body};
use super::outcome::{Fault, transformed};
use super::request::Request;
use crate::context::CallContext;
use crate::test_report::TestReport;

impl Webhook {
    /// # Errors
    /// Why the call was refused before anything was sent.
    pub(crate) async fn test(&self, context: &CallContext, args: &Value) -> Result<TestReport, String> {
        let key = context.idempotency_key();
        let request = Request { fresh: true, ..self.request(context, &key, args)? };
        let prepared = request.prepare(&context.egress).await?;
        let mut record = prepared.record();
        let result = prepared.attempt(self.limits, &context.egress, &self.shared.auth, &mut record).await;
        let report = self.report(context, result).await;
        Ok(TestReport { request_url: Some(record.url), request_method: Some(record.method), ..report })
    }

    async fn report(&self, context: &CallContext, result: Result<Answer, Fault>) -> TestReport {
        let answer = match result {
            Ok(answer) => answer,
            Err(fault) => return TestReport::failed(fault.text()),
        };
        let (raw_body, status) = (Some(answer.body.text()), answer.status);
        let mut report = TestReport { status_code: Some(status.as_u16()), raw_body, ..TestReport::default() };
        match (answer.body, self.definition.response_transform.as_deref()) {
            _ if !status.is_success() => report.error = Some(format!("the tool answered {status}")),
            (Body::Json(value), Some(expression)) => {
                match transformed(context.tenant_id, expression, value, self.limits.response_cap).await {
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
}
