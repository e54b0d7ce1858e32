//! The domain's values as columns hold them, and back.

use std::time::Duration;

use artel_domain::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::unreadable;

pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

pub(crate) fn time(micros: i64) -> Timestamp {
    artel_domain::clock::micros(micros)
}

/// A length of time in microseconds; one that no lease or pause can have is cut.
pub(crate) fn duration_micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX / 4)
}

/// Text as PostgreSQL can keep it: it has no place for the character NUL, which people and models do send.
pub(crate) fn text(value: &str) -> String {
    value.replace('\0', "\u{fffd}")
}

pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> sqlx::Result<String> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

pub(crate) fn parsed<T: DeserializeOwned>(json: &str) -> sqlx::Result<T> {
    serde_json::from_str(json).map_err(unreadable)
}

pub(crate) fn maybe_json<T: Serialize>(value: Option<&T>) -> sqlx::Result<Option<String>> {
    value.map(json).transpose()
}

pub(crate) fn maybe_parsed<T: DeserializeOwned>(json: Option<&str>) -> sqlx::Result<Option<T>> {
    json.map(parsed).transpose()
}

/// One of the domain's words.
pub(crate) fn word<T>(parse: fn(&str) -> Option<T>, text: &str) -> sqlx::Result<T> {
    parse(text).ok_or_else(|| unreadable(format!("'{text}' is not a word of this column")))
}

/// A number that the domain keeps narrower or without a sign.
pub(crate) fn number<T: TryFrom<i64>>(value: i64) -> sqlx::Result<T> {
    T::try_from(value).map_err(|_| unreadable(format!("{value} does not fit this column")))
}
