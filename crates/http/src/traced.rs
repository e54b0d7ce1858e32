//! Each request gets its trace id, its measurements, and an answer also when its handler panics.

use std::any::Any;
use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use artel_domain::Clock;
use artel_identity::without_hook_tokens;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use metrics::{counter, histogram};
use percent_encoding::percent_decode_str;
use tracing::Instrument;
use uuid::Uuid;

use crate::sender::Sender;
use crate::waiting::while_standing;
use crate::{Problem, ambiguous, trace};

const HEADER: &str = "x-trace-id";
/// The same id, under the name that clients of the CodeLab services look for.
const CORRELATION: &str = "x-correlation-id";

/// Runs the request under its trace id and turns a panic into a 500.
pub(crate) async fn traced(clock: &dyn Clock, request: Request, next: Next) -> Response {
    let id = given(request.headers()).unwrap_or_else(|| clock.uuid());
    let span =
        tracing::info_span!("request", trace_id = %id, method = %request.method(), path = %shown(request.uri().path()));
    trace::scope(id, answer(request, next).instrument(span)).await
}

async fn answer(mut request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    // The template, not the path: ids would make a series each.
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let is_probe = is_probe(&route);
    let sender = Sender::of(request.extensions_mut());
    let served = match ambiguous::check(request.headers()) {
        Ok(()) => AssertUnwindSafe(while_standing(sender, next.run(request))).catch_unwind().await,
        Err(problem) => Ok(problem.into_response()),
    };
    let mut response = served.unwrap_or_else(|panic| Problem::internal(words(&*panic)).into_response());
    if let Ok(value) = HeaderValue::from_str(&trace::current()) {
        response.headers_mut().insert(CORRELATION, value.clone());
        response.headers_mut().insert(HEADER, value);
    }
    let (status, took) = (response.status(), start.elapsed());
    counter!("artel_http_requests_total", "method" => method.to_string(), "route" => route.clone(), "status" => status.as_str().to_owned())
        .increment(1);
    histogram!("artel_http_request_seconds", "route" => route.clone()).record(took.as_secs_f64());
    let (status, latency_ms) = (status.as_u16(), took.as_millis() as u64);
    if is_probe {
        tracing::debug!(%route, status, latency_ms, "answered");
    } else {
        tracing::info!(%route, status, latency_ms, "answered");
    }
    response
}

/// The path for logs: the token of a hook stands in the path of its deliveries, perhaps encoded.
fn shown(path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    match without_hook_tokens(&decoded) {
        Cow::Borrowed(_) => path.to_owned(),
        Cow::Owned(masked) => masked,
    }
}

/// Probes come every few seconds, and nobody wants to read of them.
fn is_probe(route: &str) -> bool {
    route.starts_with("/health") || route.ends_with("health") || route.ends_with("/metrics")
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a handler panicked: {}", text.unwrap_or("no message"))
}

/// The id that the client gave: `x-trace-id` (a UUID), else the trace of `traceparent`. What does not parse is as good
/// as absent.
fn given(headers: &HeaderMap) -> Option<Uuid> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let own = text(HEADER).and_then(|id| Uuid::parse_str(id).ok());
    own.or_else(|| text("traceparent").and_then(of_traceparent)).filter(|id| !id.is_nil())
}

/// W3C: `00-<32 hex>-<16 hex>-<2 hex>`.
fn of_traceparent(text: &str) -> Option<Uuid> {
    let mut parts = text.split('-');
    let (version, trace) = (parts.next()?, parts.next()?);
    let known = version.len() == 2 && version != "ff" && trace.len() == 32;
    known.then(|| Uuid::try_parse(trace).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (axum::http::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_client_names_the_trace_by_either_header() {
        let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let id = given(&headers(&[("traceparent", traceparent)])).unwrap();
        assert_eq!(id.to_string(), "4bf92f35-77b3-4da6-a3ce-929d0e0e4736");
        let own = "018f0000-0000-7000-8000-000000000001";
        assert_eq!(given(&headers(&[("x-trace-id", own), ("traceparent", traceparent)])).unwrap().to_string(), own);
    }

    #[test]
    fn no_log_has_the_token_of_a_hook() {
        let token = artel_identity::hook_token(&[7; 32]);
        let path = format!("/v1/hooks/a/b/{}", secrecy::ExposeSecret::expose_secret(&token.secret));
        assert_eq!(shown(&path), "/v1/hooks/a/b/artel_hk_…");
        assert_eq!(shown(&path.replace("artel_hk", "%61rtel%5Fhk")), "/v1/hooks/a/b/artel_hk_…");
        assert_eq!(shown("/v1/sessions/a%20b"), "/v1/sessions/a%20b");
    }

    #[test]
    fn what_is_not_a_trace_id_is_ignored() {
        for bad in ["", "x\ty", "00000000-0000-0000-0000-000000000000", "evil"] {
            assert_eq!(given(&headers(&[("x-trace-id", bad)])), None, "{bad:?}");
        }
        for bad in
            ["00-short-00f067aa0ba902b7-01", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "4bf92f35"]
        {
            assert_eq!(given(&headers(&[("traceparent", bad)])), None, "{bad:?}");
        }
    }
}
