use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Kind;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::{Value, json};

/// A real HTTP server that takes OpenTelemetry spans as protobuf.
#[derive(Clone)]
pub struct SpanCollector {
    url: String,
    received: Received,
}

/// A span that was received.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceivedSpan {
    pub service: String,
    pub name: String,
    /// Hexadecimal, as are the other ids. Empty in the parent id of a span without a parent.
    pub trace_id: String,
    pub span_id: String,
    pub parent_span_id: String,
    pub took: Duration,
    pub attributes: BTreeMap<String, Value>,
    /// All bytes of the request, for checks that something is not in it.
    pub raw: Vec<u8>,
}

type Received = Arc<Mutex<Vec<ReceivedSpan>>>;

impl SpanCollector {
    pub async fn start() -> Self {
        let received = Received::default();
        let routes = Router::new().route("/v1/traces", post(take)).with_state(received.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, received }
    }

    /// The value for `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// All spans so far, as soon as there are this many.
    pub async fn spans(&self, at_least: usize) -> Vec<ReceivedSpan> {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let spans = self.received.lock().unwrap().clone();
            if spans.len() >= at_least {
                return spans;
            }
            assert!(Instant::now() < deadline, "{} of {at_least} spans came: {spans:#?}", spans.len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn take(State(received): State<Received>, body: Bytes) -> StatusCode {
    let Ok(request) = ExportTraceServiceRequest::decode(body.clone()) else { return StatusCode::BAD_REQUEST };
    for resource in request.resource_spans {
        let about = resource.resource.map(|resource| values(resource.attributes)).unwrap_or_default();
        let service = about.get("service.name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let spans = resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
        received.lock().unwrap().extend(spans.map(|span| read(span, service.clone(), &body)));
    }
    StatusCode::OK
}

fn read(span: Span, service: String, body: &Bytes) -> ReceivedSpan {
    ReceivedSpan {
        service,
        name: span.name,
        trace_id: hex(&span.trace_id),
        span_id: hex(&span.span_id),
        parent_span_id: hex(&span.parent_span_id),
        took: Duration::from_nanos(span.end_time_unix_nano - span.start_time_unix_nano),
        attributes: values(span.attributes),
        raw: body.to_vec(),
    }
}

fn values(pairs: Vec<KeyValue>) -> BTreeMap<String, Value> {
    pairs.into_iter().map(|pair| (pair.key, pair.value.map_or(Value::Null, value))).collect()
}

fn value(value: AnyValue) -> Value {
    match value.value {
        Some(Kind::StringValue(text)) => json!(text),
        Some(Kind::BoolValue(flag)) => json!(flag),
        Some(Kind::IntValue(number)) => json!(number),
        Some(Kind::DoubleValue(number)) => json!(number),
        Some(Kind::ArrayValue(list)) => list.values.into_iter().map(self::value).collect(),
        other => json!(format!("{other:?}")),
    }
}

fn hex(bytes: &[u8]) -> String {
    hex::encode(bytes)
}
