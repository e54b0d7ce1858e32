use std::time::Duration;

use artel_domain::Timestamp;
use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::{RateLimit, RateLimits, reset};

fn now() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
}

#[test]
fn every_form_of_a_reset_time_is_understood() {
    let cases = [
        ("6m0s", Some(360_000)),
        ("1h2m3.5s", Some(3_723_500)),
        ("12ms", Some(12)),
        ("0s", Some(0)),
        ("17", Some(17_000)),
        ("0.25", Some(250)),
        ("2026-01-02T03:04:35Z", Some(30_000)),
        ("2026-01-02T03:04:35.250+00:00", Some(30_250)),
        ("2026-01-02T03:00:00Z", Some(0)),
        ("", None),
        ("soon", None),
        ("m", None),
        ("5", Some(5000)),
        ("5x", None),
        ("-5s", None),
        ("1.2.3s", None),
        ("99999999999999999999h", None),
        ("NaN", None),
    ];
    for (text, milliseconds) in cases {
        assert_eq!(reset(text, now()), milliseconds.map(Duration::from_millis), "{text}");
    }
}

#[test]
fn openais_headers_are_read() {
    let limits = RateLimits::read(
        &headers(&[
            ("x-ratelimit-limit-requests", "60"),
            ("x-ratelimit-remaining-requests", "59"),
            ("x-ratelimit-reset-requests", "1s"),
            ("x-ratelimit-limit-tokens", "150000"),
            ("x-ratelimit-remaining-tokens", "149984"),
            ("x-ratelimit-reset-tokens", "6m0s"),
        ]),
        now(),
    );
    let limit = |limit, remaining, seconds| RateLimit {
        limit: Some(limit),
        remaining: Some(remaining),
        reset: Some(Duration::from_secs(seconds)),
    };
    assert_eq!(limits, RateLimits { requests: limit(60, 59, 1), tokens: limit(150_000, 149_984, 360) });
}

#[test]
fn anthropics_headers_are_read_by_the_providers_own_clock() {
    let limits = RateLimits::read(
        &headers(&[
            ("date", "Thu, 01 Jan 2026 00:00:00 GMT"),
            ("anthropic-ratelimit-requests-limit", "50"),
            ("anthropic-ratelimit-requests-remaining", "49"),
            ("anthropic-ratelimit-requests-reset", "2026-01-01T00:00:10Z"),
        ]),
        now(),
    );
    let requests = RateLimit { limit: Some(50), remaining: Some(49), reset: Some(Duration::from_secs(10)) };
    assert_eq!(limits, RateLimits { requests, tokens: RateLimit::default() });
}

#[test]
fn values_that_make_no_sense_count_as_absent() {
    let limits = RateLimits::read(
        &headers(&[("x-ratelimit-limit-requests", "many"), ("x-ratelimit-reset-tokens", "never")]),
        now(),
    );
    assert!(limits.is_empty());
}
