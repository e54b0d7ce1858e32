//! A tool tried out by its author: one attempt, every guard, and everything there is to see.

use std::time::Instant;

use artel_domain::{ExecutionType, TenantId, ToolDefinition, ToolOutcome, UserId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::answer::{Answer, Body};
use crate::executor::{Tools, elapsed_ms};
use crate::outcome::Fault;
use crate::webhook::Job;
use crate::{schema, transform};

/// A tool, and what a binding would say about it.
#[derive(Clone, Copy)]
pub struct Trial<'a> {
    pub tenant_id: TenantId,
    pub user_id: UserId,
    pub trace_id: &'a str,
    pub tool: &'a ToolDefinition,
    pub secrets_ref: Option<&'a str>,
    pub allowed_domains: &'a [String],
    /// `None`: the default.
    pub timeout_ms: Option<u64>,
    pub args: &'a Value,
}

/// What came of a trial. Secrets are masked in every member.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct TestReport {
    pub status_code: Option<u16>,
    pub latency_ms: i64,
    pub raw_body: Option<String>,
    #[schema(value_type = Option<Object>)]
    pub transformed_body: Option<Value>,
    pub error: Option<String>,
    pub request_url: Option<String>,
    pub request_method: Option<String>,
}

impl Tools {
    /// Call the tool once, outside any run, under an idempotency key of its own.
    pub async fn test(&self, trial: Trial<'_>) -> TestReport {
        let started = Instant::now();
        let report = match schema::validate(&trial.tool.input_schema, trial.args) {
            Err(error) => failed(error),
            Ok(()) if trial.tool.execution_type == ExecutionType::Internal => self.try_internal(&trial),
            Ok(()) => self.try_webhook(&trial).await.unwrap_or_else(failed),
        };
        TestReport { latency_ms: elapsed_ms(started), ..report }
    }

    fn try_internal(&self, trial: &Trial<'_>) -> TestReport {
        match self.internal(trial.tool, trial.args).outcome {
            ToolOutcome::Succeeded { output } => {
                TestReport { raw_body: Some(output.to_string()), transformed_body: Some(output), ..TestReport::default() }
            }
            ToolOutcome::Failed { error } | ToolOutcome::Unknown { error } => failed(error),
        }
    }

    async fn try_webhook(&self, trial: &Trial<'_>) -> Result<TestReport, String> {
        let key = self.clock.uuid().to_string();
        let prepared = trial.job(&key)?.prepare(&self.egress)?;
        let mut record = prepared.record();
        let limits = self.limits(trial.timeout_ms.unwrap_or_default());
        let result = prepared.attempt(limits, &self.egress, &self.auth, &mut record).await;
        let report = self.reported(trial.tool, result);
        Ok(TestReport { request_url: Some(record.url), request_method: Some(record.method), ..report })
    }

    fn reported(&self, tool: &ToolDefinition, result: Result<Answer, Fault>) -> TestReport {
        let answer = match result {
            Ok(answer) => answer,
            Err(fault) => return failed(fault.text()),
        };
        let (raw_body, status) = (Some(answer.body.text()), answer.status);
        let mut report = TestReport { status_code: Some(status.as_u16()), raw_body, ..TestReport::default() };
        if !status.is_success() {
            report.error = Some(format!("the tool answered {status}"));
        } else if let (Body::Json(value), Some(expression)) = (&answer.body, &tool.response_transform) {
            match transform::apply(expression, value, self.config.response_cap) {
                Ok(transformed) => report.transformed_body = Some(transformed),
                Err(error) => report.error = Some(error),
            }
        } else {
            report.transformed_body = Some(answer.body.into_value());
        }
        report
    }
}

fn failed(error: String) -> TestReport {
    TestReport { error: Some(error), ..TestReport::default() }
}

impl<'a> Trial<'a> {
    fn job(&self, key: &'a str) -> Result<Job<'a>, String> {
        Ok(Job {
            tenant: self.tenant_id,
            user: self.user_id,
            trace_id: self.trace_id,
            traceparent: None,
            idempotency_key: key,
            endpoint: self.tool.endpoint.as_deref().ok_or("this tool has no endpoint")?,
            method: self.tool.http_method,
            mapping: &self.tool.parameter_mapping,
            custom_headers: &self.tool.custom_headers,
            auth_type: self.tool.auth_type,
            secrets_ref: self.secrets_ref,
            allowed_domains: self.allowed_domains,
            args: self.args,
            fresh: true,
        })
    }
}
