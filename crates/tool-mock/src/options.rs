//! What a caller may ask of one call, as query parameters or as headers (`x-mock-delay-ms`, `x-mock-fail`, …).

use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;

const LONGEST_DELAY_MS: u64 = 10 * 60 * 1000;

/// Misbehaviour on request. A value that cannot be read counts as absent.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Knobs {
    /// `delay_ms`: answer that much later; the effect comes first.
    pub(crate) delay: Duration,
    /// `fail`: the status to answer with.
    pub(crate) fail: Option<StatusCode>,
    /// `fail_times`: only the first that many calls of a key (of the path, without a key) fail; absent: all.
    pub(crate) fail_times: Option<u64>,
    /// `after_effect=true`: the effect takes place although the answer is a failure.
    pub(crate) after_effect: bool,
    /// `retry_after`: seconds, sent with a failure.
    pub(crate) retry_after: Option<u64>,
}

impl Knobs {
    fn read(knob: impl Fn(&str) -> Option<String>) -> Self {
        let number = |name: &str| knob(name).and_then(|text| text.parse::<u64>().ok());
        let failure = number("fail").and_then(|status| StatusCode::from_u16(u16::try_from(status).ok()?).ok());
        Self {
            delay: Duration::from_millis(number("delay_ms").unwrap_or_default().min(LONGEST_DELAY_MS)),
            fail: failure.filter(|status| status.is_client_error() || status.is_server_error()),
            fail_times: number("fail_times"),
            after_effect: knob("after_effect").is_some_and(|text| text == "true" || text == "1"),
            retry_after: number("retry_after"),
        }
    }

    /// The failure to answer with, after `failed` failures before.
    pub(crate) fn failure(&self, failed: u64) -> Option<StatusCode> {
        self.fail.filter(|_| self.fail_times.is_none_or(|times| failed < times))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Knobs {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query: HashMap<String, String> =
            Query::try_from_uri(&parts.uri).map(|Query(query)| query).unwrap_or_default();
        let header = |name: &str| {
            parts.headers.get(format!("x-mock-{}", name.replace('_', "-")))?.to_str().ok().map(str::to_owned)
        };
        Ok(Self::read(|name| query.get(name).cloned().or_else(|| header(name))))
    }
}
