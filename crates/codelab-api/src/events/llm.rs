//! The model calls of a session, one by one and in sum.

use artel_domain::{Timestamp, Usage};
use serde::Serialize;
use utoipa::ToSchema;

use super::envelope::Envelope;
use super::fact::{Fact, Purpose};

#[derive(Debug, Default, PartialEq, Serialize, ToSchema)]
pub(super) struct LlmMetrics {
    total_requests: usize,
    successful_requests: usize,
    failed_requests: usize,
    total_duration_ms: i64,
    average_duration_ms: f64,
    total_prompt_tokens: i64,
    total_completion_tokens: i64,
    total_tokens: i64,
    average_tokens_per_request: f64,
    requests_with_tools: usize,
    /// Oldest first.
    requests: Vec<LlmRequest>,
}

#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "on the wire they are")]
struct LlmRequest {
    timestamp: Timestamp,
    model: String,
    duration_ms: i64,
    prompt_tokens: i64,
    completion_tokens: i64,
    total_tokens: i64,
    has_tool_calls: bool,
    success: bool,
    error: Option<String>,
    /// It asked which agent the input is for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    classifier: bool,
    /// It asked for what fell out of the context in short.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    summary: bool,
}

impl LlmMetrics {
    pub(super) fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    /// Counts the event if it ends a model call.
    pub(super) fn take(&mut self, event: Envelope) {
        if let Some(request) = LlmRequest::of(event) {
            self.count(&request);
            self.requests.push(request);
        }
    }

    fn count(&mut self, request: &LlmRequest) {
        self.total_requests += 1;
        *if request.success { &mut self.successful_requests } else { &mut self.failed_requests } += 1;
        self.requests_with_tools += usize::from(request.has_tool_calls);
        self.total_duration_ms += request.duration_ms;
        self.total_prompt_tokens += request.prompt_tokens;
        self.total_completion_tokens += request.completion_tokens;
        self.total_tokens += request.total_tokens;
        self.average_duration_ms = self.total_duration_ms as f64 / self.total_requests as f64;
        self.average_tokens_per_request = self.total_tokens as f64 / self.total_requests as f64;
    }
}

impl LlmRequest {
    fn of(event: Envelope) -> Option<Self> {
        let timestamp = event.timestamp;
        match event.fact {
            Fact::LlmCompleted { model, purpose, duration_ms, usage, has_tool_calls } => {
                Some(Self { has_tool_calls, ..Self::new(timestamp, model, purpose, duration_ms, usage) })
            }
            Fact::LlmFailed { model, purpose, duration_ms, usage, error } => Some(Self {
                success: false,
                error: Some(error),
                ..Self::new(timestamp, model, purpose, duration_ms, usage)
            }),
            _ => None,
        }
    }

    fn new(timestamp: Timestamp, model: String, purpose: Purpose, duration_ms: i64, usage: Usage) -> Self {
        Self {
            timestamp,
            model,
            duration_ms,
            prompt_tokens: usage.prompt_tokens,
            completion_tokens: usage.completion_tokens,
            total_tokens: usage.total(),
            has_tool_calls: false,
            success: true,
            error: None,
            classifier: purpose == Purpose::Classifier,
            summary: purpose == Purpose::Summary,
        }
    }
}
