//! Whether and when a failed attempt is repeated. The code is pure, so that tests are tables.

use std::time::Duration;

use http::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::ModelError;
use crate::limits::{http_date, text};

/// The longest wait that a provider may demand. A longer one fails the call.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// The longest wait that is passed on to clients; some servers write any number.
const LONGEST_TOLD: Duration = Duration::from_hours(30 * 24);
const FIRST_BACKOFF: Duration = Duration::from_millis(500);
const LONGEST_BACKOFF: Duration = Duration::from_secs(8);

/// A failed attempt.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: ModelError,
    pub(crate) retry: Retry,
}

/// The decision after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retry {
    Never,
    Backoff,
    After(Duration),
}

impl Failure {
    /// A failure that a retry cannot mend.
    pub(crate) fn fatal(error: ModelError) -> Self {
        Self { error, retry: Retry::Never }
    }

    /// A failure that is retried if its error is transient.
    pub(crate) fn of(error: ModelError) -> Self {
        let retry = if error.is_transient() { Retry::Backoff } else { Retry::Never };
        Self { error, retry }
    }

    /// A failure that is retried whatever its error is.
    pub(crate) fn passing(error: ModelError) -> Self {
        Self { error, retry: Retry::Backoff }
    }

    /// A response with an error status. The provider's headers decide about a retry.
    pub(crate) fn of_response(mut error: ModelError, headers: &HeaderMap) -> Self {
        let wait = wait_asked_for(headers);
        if let ModelError::RateLimited { retry_after, .. } = &mut error {
            *retry_after = wait;
        }
        let again = should_retry(headers).unwrap_or_else(|| error.is_transient());
        let retry = match wait {
            _ if !again => Retry::Never,
            None => Retry::Backoff,
            Some(wait) if wait <= LONGEST_WAIT => Retry::After(wait),
            Some(_) => Retry::Never,
        };
        Self { error, retry }
    }

    /// The time to wait before the next attempt; `None` when there is to be none. `jitter` is between 0 and 1.
    pub(crate) fn delay(&self, attempts_made: u32, jitter: f64) -> Option<Duration> {
        match self.retry {
            Retry::Never => None,
            Retry::After(wait) => Some(wait),
            Retry::Backoff => {
                let full = FIRST_BACKOFF.saturating_mul(1 << attempts_made.min(10)).min(LONGEST_BACKOFF);
                Some(full.mul_f64(1.0 - 0.25 * jitter))
            }
        }
    }
}

fn should_retry(headers: &HeaderMap) -> Option<bool> {
    text(headers, "x-should-retry")?.parse().ok()
}

/// At most [`LONGEST_TOLD`]. A negative wait, or one that is no number and no date, is not told.
fn wait_asked_for(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str| text(headers, name)?.parse::<f64>().ok();
    if let Some(wait) = number("retry-after-ms").and_then(|millis| seconds(millis / 1000.0)) {
        return Some(wait);
    }
    let value = text(headers, RETRY_AFTER.as_str())?;
    match value.parse::<f64>() {
        Ok(wait) => seconds(wait),
        Err(_) => until(value, text(headers, DATE.as_str())?).map(|wait| wait.min(LONGEST_TOLD)),
    }
}

fn seconds(wait: f64) -> Option<Duration> {
    let is_told = wait.is_finite() && wait >= 0.0;
    is_told.then(|| Duration::from_secs_f64(wait.min(LONGEST_TOLD.as_secs_f64())))
}

/// The time between two HTTP dates. `now` is the provider's own `Date`, so that a wrong clock on this machine does no
/// harm.
fn until(then: &str, now: &str) -> Option<Duration> {
    let seconds = http_date(then)?.duration_since(http_date(now)?).as_secs();
    Some(Duration::from_secs(seconds.try_into().unwrap_or(0)))
}

#[cfg(test)]
mod tests;
