//! The headers of an answer.

use std::fmt::Display;
use std::time::{Duration, Instant};

use artel_llm::{Opening, RateLimit};
use axum::http::header::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;

/// Adds the model that answered, the time spent in this process, and the provider's rate limits.
pub(super) fn about(opening: &Opening, begun: Instant, mut response: Response) -> Response {
    let headers = response.headers_mut();
    set(headers, "x-request-id", opening.call_id);
    set(headers, "x-artel-provider", opening.model.provider());
    set(headers, "x-artel-model", opening.model.model());
    let overhead = begun.elapsed().saturating_sub(opening.upstream);
    set(headers, "x-artel-overhead-ms", format_args!("{:.3}", overhead.as_secs_f64() * 1000.0));
    limit(headers, REQUESTS, opening.limits.requests);
    limit(headers, TOKENS, opening.limits.tokens);
    response
}

/// OpenAI's names for the limit, the remaining amount, and the time until it is available again.
const REQUESTS: [&str; 3] =
    ["x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"];
const TOKENS: [&str; 3] = ["x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"];

fn limit(headers: &mut HeaderMap, [most, left, reset]: [&'static str; 3], limit: RateLimit) {
    limit.limit.into_iter().for_each(|count| set(headers, most, count));
    limit.remaining.into_iter().for_each(|count| set(headers, left, count));
    limit.reset.into_iter().for_each(|wait| set(headers, reset, go_duration(wait)));
}

/// Formats a duration as OpenAI does: `1.5s`, `360s`.
fn go_duration(wait: Duration) -> String {
    format!("{}s", wait.as_millis() as f64 / 1000.0)
}

/// Sets a header. A value with characters that a header cannot hold is left out.
fn set(headers: &mut HeaderMap, name: &'static str, content: impl Display) {
    if let Ok(value) = HeaderValue::try_from(content.to_string()) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
