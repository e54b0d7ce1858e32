//! The rate limits that a provider reports in its headers: one form for OpenAI's and Anthropic's headers.

use std::time::Duration;

use artel_domain::Timestamp;
use http::header::{DATE, HeaderMap};

/// What is left of the provider's limits after an answer. All members are empty when the provider reports nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RateLimits {
    /// The limit on requests.
    pub requests: RateLimit,
    /// The limit on tokens.
    pub tokens: RateLimit,
}

/// One limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RateLimit {
    /// The limit itself.
    pub limit: Option<u64>,
    /// What is left of it.
    pub remaining: Option<u64>,
    /// The time from now until all of `limit` is available again.
    pub reset: Option<Duration>,
}

impl RateLimits {
    /// Reads the headers. `now` is used when the headers name a moment and the response has no `Date`.
    pub(crate) fn read(headers: &HeaderMap, now: Timestamp) -> Self {
        let now = text(headers, DATE.as_str()).and_then(http_date).unwrap_or(now);
        Self { requests: RateLimit::read(headers, &REQUESTS, now), tokens: RateLimit::read(headers, &TOKENS, now) }
    }

    /// Whether the provider reported nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The headers of one limit, in order of preference.
struct Names {
    limit: [&'static str; 2],
    remaining: [&'static str; 2],
    reset: [&'static str; 2],
}

const REQUESTS: Names = Names {
    limit: ["x-ratelimit-limit-requests", "anthropic-ratelimit-requests-limit"],
    remaining: ["x-ratelimit-remaining-requests", "anthropic-ratelimit-requests-remaining"],
    reset: ["x-ratelimit-reset-requests", "anthropic-ratelimit-requests-reset"],
};

const TOKENS: Names = Names {
    limit: ["x-ratelimit-limit-tokens", "anthropic-ratelimit-tokens-limit"],
    remaining: ["x-ratelimit-remaining-tokens", "anthropic-ratelimit-tokens-remaining"],
    reset: ["x-ratelimit-reset-tokens", "anthropic-ratelimit-tokens-reset"],
};

impl RateLimit {
    fn read(headers: &HeaderMap, names: &Names, now: Timestamp) -> Self {
        let first = |names: &[&'static str; 2]| names.iter().find_map(|name| text(headers, name));
        Self {
            limit: first(&names.limit).and_then(|text| text.parse().ok()),
            remaining: first(&names.remaining).and_then(|text| text.parse().ok()),
            reset: first(&names.reset).and_then(|text| reset(text, now)),
        }
    }
}

/// Reads a Go duration (`6m0s`), plain seconds, or a moment in RFC 3339.
fn reset(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        // A moment in the past means now.
        return Some(Duration::try_from(moment.duration_since(now)).unwrap_or_default());
    }
    go_duration(text)
}

/// Reads numbers with units and nothing between them: `1h2m3.5s`, `12ms`, `0s`.
fn go_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let seconds = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" | "μs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * seconds;
        rest = tail;
    }
    if text.is_empty() { None } else { Duration::try_from_secs_f64(total).ok() }
}

pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp())
}

pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests;
