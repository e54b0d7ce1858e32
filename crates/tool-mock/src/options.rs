//! The options of one call, as query parameters or as headers (`x-mock-delay-ms`, `x-mock-fail`, …).

use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;

const LONGEST_DELAY_MS: u64 = 10 * 60 * 1000;

/// Faults that the caller asks for. A value that cannot be read counts as absent.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct CallOptions {
    /// `delay_ms`: how much later the answer comes. The effect comes first.
    pub(crate) delay: Duration,
    /// `fail`: the error status of the answer.
    pub(crate) fail: Option<StatusCode>,
    /// `fail_times`: how many calls of a key (or of the path, without a key) fail; absent: all.
    pub(crate) fail_times: Option<u64>,
    /// `after_effect=true`: the effect takes place although the answer is an error.
    pub(crate) after_effect: bool,
    /// `retry_after`: seconds, sent with an error.
    pub(crate) retry_after: Option<u64>,
}

impl CallOptions {
    fn read(option: impl Fn(&str) -> Option<String>) -> Self {
        let number = |name: &str| option(name).and_then(|text| text.parse::<u64>().ok());
        let failure = number("fail").and_then(|status| StatusCode::from_u16(u16::try_from(status).ok()?).ok());
        Self {
            delay: Duration::from_millis(number("delay_ms").unwrap_or_default().min(LONGEST_DELAY_MS)),
            fail: failure.filter(|status| status.is_client_error() || status.is_server_error()),
            fail_times: number("fail_times"),
            after_effect: option("after_effect").is_some_and(|text| text == "true" || text == "1"),
            retry_after: number("retry_after"),
        }
    }

    /// The error status of this call, after `failed` failed calls.
    pub(crate) fn failure(&self, failed: u64) -> Option<StatusCode> {
        self.fail.filter(|_| self.fail_times.is_none_or(|times| failed < times))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CallOptions {
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
