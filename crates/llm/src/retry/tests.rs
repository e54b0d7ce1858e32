use std::time::Duration;

use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::{Failure, Retry};
use crate::ModelError;

fn limited() -> ModelError {
    ModelError::RateLimited { message: "slow down".to_owned(), retry_after: None }
}

fn rejected() -> ModelError {
    ModelError::Rejected("no".to_owned())
}

fn retry(error: ModelError, headers: &[(&'static str, &'static str)]) -> Retry {
    let headers: HeaderMap =
        headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect();
    Failure::of_response(error, &headers).retry
}

#[test]
fn transient_errors_are_retried_and_others_are_not() {
    assert_eq!(retry(limited(), &[]), Retry::Backoff);
    assert_eq!(retry(ModelError::Unavailable(String::new()), &[]), Retry::Backoff);
    assert_eq!(retry(rejected(), &[]), Retry::Never);
}

#[test]
fn the_providers_header_decides_for_and_against_a_retry() {
    assert_eq!(retry(limited(), &[("x-should-retry", "false")]), Retry::Never);
    assert_eq!(retry(rejected(), &[("x-should-retry", "true")]), Retry::Backoff);
}

#[test]
fn the_wait_that_the_provider_demands_is_respected() {
    let seconds = |n| Retry::After(Duration::from_secs(n));
    assert_eq!(retry(limited(), &[("retry-after", "3")]), seconds(3));
    assert_eq!(retry(limited(), &[("retry-after", "0.5")]), Retry::After(Duration::from_millis(500)));
    assert_eq!(
        retry(limited(), &[("retry-after-ms", "250"), ("retry-after", "3")]),
        Retry::After(Duration::from_millis(250))
    );
    let date = [("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"), ("date", "Sun, 06 Nov 1994 08:49:30 GMT")];
    assert_eq!(retry(limited(), &date), seconds(7));
    let past = [("retry-after", "Sun, 06 Nov 1994 08:49:30 GMT"), ("date", "Sun, 06 Nov 1994 08:49:37 GMT")];
    assert_eq!(retry(limited(), &past), seconds(0));
}

#[test]
fn invalid_waits_are_replaced_by_our_backoff() {
    for value in ["-1", "NaN", "inf", "soon", "Sun, 06 Nov 1994 08:49:37 GMT"] {
        assert_eq!(retry(limited(), &[("retry-after", value)]), Retry::Backoff, "{value}");
    }
}

#[test]
fn a_wait_beyond_the_limit_fails_the_call() {
    let headers = [(HeaderName::from_static("retry-after"), HeaderValue::from_static("3600"))].into_iter().collect();
    let failure = Failure::of_response(limited(), &headers);
    assert_eq!(failure.retry, Retry::Never);
    assert_eq!(failure.error.to_string(), "the model provider limits the rate: slow down; try again in 3600 s");
}

#[test]
fn a_wait_of_any_length_is_bounded_and_fails_the_call() {
    for (name, value) in [
        ("retry-after", "1e300"),
        ("retry-after", "99999999999999999999999"),
        ("retry-after", "Thu, 30 Dec 9999 12:00:00 GMT"),
        ("retry-after-ms", "1e300"),
    ] {
        let header = |name, value| (HeaderName::from_static(name), HeaderValue::from_static(value));
        let headers = [header(name, value), header("date", "Sun, 06 Nov 1994 08:49:37 GMT")].into_iter().collect();
        let failure = Failure::of_response(limited(), &headers);
        assert_eq!(failure.retry, Retry::Never, "{name}: {value}");
        assert_eq!(failure.error.retry_after(), Some(Duration::from_hours(720)), "{name}: {value}");
    }
}

#[test]
fn of_two_waits_the_one_that_can_be_read_counts() {
    for millis in ["-1", "soon", "inf"] {
        let headers = [("retry-after-ms", millis), ("retry-after", "3")];
        assert_eq!(retry(limited(), &headers), Retry::After(Duration::from_secs(3)), "{millis}");
    }
}

#[test]
fn backoff_doubles_up_to_a_limit_and_jitter_only_shortens_it() {
    let failure = Failure::of(limited());
    let delays =
        |jitter| [0, 1, 2, 10, u32::MAX].map(|made| failure.delay(made, jitter).map(|delay| delay.as_millis()));
    assert_eq!(delays(0.0), [500, 1000, 2000, 8000, 8000].map(Some));
    assert_eq!(delays(1.0), [375, 750, 1500, 6000, 6000].map(Some));
    assert_eq!(Failure::fatal(limited()).delay(0, 0.0), None);
}
