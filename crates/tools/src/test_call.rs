//! A tool called once by its author, outside of any run.

use std::sync::Arc;
use std::time::Instant;

use artel_domain::{CallId, ExecutionType, Principal, TenantId, ToolDefinition, ToolOutcome};
use serde_json::Value;

use crate::bound::BoundTool;
use crate::context::CallRequest;
use crate::output::not_begun;
use crate::registry::{Registry, check, elapsed_ms};
use crate::report::CallEnd;
use crate::test_report::TestReport;
use crate::webhook::Webhook;

/// A tool, and what a binding would say about it.
#[derive(Clone)]
pub struct TestCall {
    pub tenant_id: TenantId,
    pub principal: Principal,
    pub trace_id: String,
    pub tool: ToolDefinition,
    pub secrets_ref: Option<String>,
    pub allowed_domains: Vec<String>,
    /// Milliseconds; `None` for the operator's default.
    pub timeout_ms: Option<u64>,
    pub args: Value,
}

impl Registry {
    /// Calls the tool once, under an idempotency key of its own, with every guard of a real call.
    ///
    /// The permission of a binding is not asked about: whoever may test a tool may write.
    pub async fn test(&self, call: TestCall) -> TestReport {
        let started = Instant::now();
        let report = match call.tool.execution_type {
            ExecutionType::HttpWebhook => self.test_webhook(call).await,
            ExecutionType::Internal => self.test_internal(call).await,
        };
        TestReport { latency_ms: elapsed_ms(started), ..report.unwrap_or_else(TestReport::failed) }
    }

    async fn test_webhook(&self, call: TestCall) -> Result<TestReport, String> {
        let request = self.request_of(&call);
        let timeout_ms = call.timeout_ms.unwrap_or_default();
        let webhook =
            Webhook::new(self.webhooks.clone(), call.tool, call.allowed_domains, call.secrets_ref, timeout_ms);
        let webhook = Arc::new(webhook);
        let tool = BoundTool::free(webhook.clone());
        // A trial is one attempt: its time is that of all it does, the wait for a place included.
        let limit = webhook.time_limit();
        let deadline = tokio::time::Instant::now() + limit;
        let checked = tokio::time::timeout_at(deadline, check(&tool, &request, &call.args)).await;
        checked.unwrap_or_else(|_| Err(not_begun(limit)))?;
        webhook.test(&self.context(&tool, &request), &call.args, deadline).await
    }

    async fn test_internal(&self, call: TestCall) -> Result<TestReport, String> {
        let tool = BoundTool::free(self.internal(&call.tool, call.timeout_ms.unwrap_or_default()));
        match self.call(&tool, &self.request_of(&call), &call.args).await.end {
            CallEnd::Finished(ToolOutcome::Succeeded { output }) => Ok(TestReport {
                raw_body: Some(output.to_string()),
                transformed_body: Some(output),
                ..TestReport::default()
            }),
            CallEnd::Finished(ToolOutcome::Failed { error } | ToolOutcome::Unknown { error }) => Err(error),
            CallEnd::Waits(wait) => {
                Err(format!("the call would wait for something from outside ({})", wait.word().as_str()))
            }
            CallEnd::NotBegun(why) => Err(format!("the call could not be begun: {why}")),
            CallEnd::Aborted { message, .. } => Err(message),
        }
    }

    fn request_of(&self, call: &TestCall) -> CallRequest {
        CallRequest {
            tenant_id: call.tenant_id,
            principal: call.principal.clone(),
            may_write: true,
            run: None,
            call_id: CallId(self.clock.uuid()),
            trace_id: call.trace_id.clone(),
            budget: None,
            approved: None,
            subagents: None,
            hold: None,
        }
    }
}
