//! Calls as OpenTelemetry spans, sent to a collector over HTTP. What was said never goes there, only how much.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use artel_domain::FinishReason;
use artel_llm::{CallOutcome, CallRecord};
use async_trait::async_trait;
use bytes::Bytes;
use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{Array, InstrumentationScope, KeyValue, Value};
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanExporter as _, SpanLinks};

use secrecy::ExposeSecret as _;

use crate::config::Config;

const PATIENCE: Duration = Duration::from_secs(10);

/// Where spans go.
pub(super) struct Collector {
    exporter: SpanExporter,
    scope: InstrumentationScope,
}

impl Collector {
    /// None unless `OTEL_EXPORTER_OTLP_ENDPOINT` is set.
    pub(super) fn of(config: &Config) -> anyhow::Result<Option<Self>> {
        let Some(endpoint) = &config.otlp.endpoint else { return Ok(None) };
        let url = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
        let headers = config.otlp.headers.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned()));
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Http::new()?)
            .with_endpoint(url)
            .with_timeout(PATIENCE)
            .with_headers(headers.collect());
        let mut exporter =
            exporter.build().context("the exporter of spans cannot be set up (OTEL_EXPORTER_OTLP_ENDPOINT)")?;
        exporter.set_resource(&Resource::builder_empty().with_service_name(config.otlp.service_name.clone()).build());
        let scope = InstrumentationScope::builder("artel").with_version(env!("CARGO_PKG_VERSION")).build();
        Ok(Some(Self { exporter, scope }))
    }

    pub(super) async fn export(&self, batch: &[Arc<CallRecord>]) -> anyhow::Result<()> {
        let spans = batch.iter().map(|call| self.span(call)).collect();
        Ok(self.exporter.export(spans).await?)
    }

    fn span(&self, call: &CallRecord) -> SpanData {
        // An id of version 7 ends in random bits, so its half serves for the span, and all of it for a trace of its
        // own.
        let trace_id = call.trace.map_or(call.id, |trace| trace.trace_id);
        let parent = call.trace.and_then(|trace| trace.parent);
        let context = SpanContext::new(
            TraceId::from_bytes(trace_id.into_bytes()),
            SpanId::from_bytes(call.id.as_u64_pair().1.to_be_bytes()),
            TraceFlags::SAMPLED,
            false,
            TraceState::default(),
        );
        let start = SystemTime::from(call.started_at);
        SpanData {
            span_context: context,
            parent_span_id: parent.map_or(SpanId::INVALID, |parent| SpanId::from_bytes(parent.get().to_be_bytes())),
            parent_span_is_remote: parent.is_some(),
            span_kind: SpanKind::Client,
            name: format!("{} {}", call.operation.word(), call.requested.model()).into(),
            start_time: start,
            end_time: start + call.latency,
            attributes: attributes(call),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: status(call.outcome),
            instrumentation_scope: self.scope.clone(),
        }
    }
}

/// By the semantic conventions for generative AI.
fn attributes(call: &CallRecord) -> Vec<KeyValue> {
    let mut attributes = vec![
        KeyValue::new("gen_ai.operation.name", call.operation.word()),
        KeyValue::new("gen_ai.provider.name", call.served.provider().to_owned()),
        KeyValue::new("gen_ai.request.model", call.requested.model().to_owned()),
        KeyValue::new("gen_ai.response.model", call.served.model().to_owned()),
        KeyValue::new("artel.llm.call_id", call.id.to_string()),
        KeyValue::new("artel.llm.account", call.account.clone()),
        KeyValue::new("artel.llm.attempts", i64::from(call.attempts)),
        KeyValue::new("artel.llm.fallbacks", i64::from(call.fallbacks)),
    ];
    if let Some(usage) = call.usage {
        attributes.push(KeyValue::new("gen_ai.usage.input_tokens", usage.prompt_tokens));
        attributes.push(KeyValue::new("gen_ai.usage.output_tokens", usage.completion_tokens));
        attributes.push(KeyValue::new("artel.llm.usage_estimated", call.is_estimated));
    }
    if let Some(finish) = &call.finish {
        let words = Array::String(vec![finish_word(finish).to_owned().into()]);
        attributes.push(KeyValue::new("gen_ai.response.finish_reasons", Value::Array(words)));
    }
    if let Some(wait) = call.time_to_first_token {
        attributes.push(KeyValue::new("artel.llm.time_to_first_token", wait.as_secs_f64()));
    }
    match call.outcome {
        CallOutcome::Ok => {}
        CallOutcome::Error(code) => attributes.push(KeyValue::new("error.type", code)),
        CallOutcome::Cancelled => attributes.push(KeyValue::new("error.type", "cancelled")),
    }
    attributes
}

fn finish_word(finish: &FinishReason) -> &str {
    match finish {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::Other(word) => word,
    }
}

fn status(outcome: CallOutcome) -> Status {
    match outcome {
        CallOutcome::Ok => Status::Ok,
        CallOutcome::Error(code) => Status::error(code),
        // Whoever asked did not want more: nothing is wrong.
        CallOutcome::Cancelled => Status::Unset,
    }
}

/// The product's own HTTP client in the exporter's terms.
#[derive(Debug)]
struct Http(reqwest::Client);

impl Http {
    fn new() -> anyhow::Result<Self> {
        let builder = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
        Ok(Self(builder.build()?))
    }
}

#[async_trait]
impl HttpClient for Http {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let mut answer = self.0.execute(request.try_into()?).await?;
        let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
        let mut response = Response::builder().status(status).body(answer.bytes().await?)?;
        *response.headers_mut() = headers;
        Ok(response)
    }
}
