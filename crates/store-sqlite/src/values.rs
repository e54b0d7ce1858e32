//! The domain's values as columns hold them, and back.

use std::time::Duration;

use artel_domain::Timestamp;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::{Outcome, Unreadable};

/// Microseconds since 1970, as times are stored.
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

/// So long after this.
pub(crate) fn later(at: Timestamp, by: Duration) -> Timestamp {
    time(micros(at).saturating_add(duration_micros(by)))
}

/// A UUID as `unhex` reads it.
pub(crate) fn hex(id: Uuid) -> String {
    id.simple().to_string()
}

/// Ids as a JSON list for `json_each` and `unhex`.
pub(crate) fn hex_list(ids: impl IntoIterator<Item = Uuid>) -> Outcome<String> {
    Ok(serde_json::to_string(&ids.into_iter().map(hex).collect::<Vec<_>>())?)
}

pub(crate) fn word<T>(column: &'static str, text: &str, parse: fn(&str) -> Option<T>) -> Outcome<T> {
    parse(text).ok_or_else(|| Unreadable::Word { column, text: text.to_owned() }.into())
}

pub(crate) fn json<T: DeserializeOwned>(column: &'static str, text: &str) -> Outcome<T> {
    serde_json::from_str(text).map_err(|source| Unreadable::Json { column, source }.into())
}

pub(crate) fn json_or_none<T: DeserializeOwned>(column: &'static str, text: Option<&str>) -> Outcome<Option<T>> {
    text.map(|text| json(column, text)).transpose()
}

pub(crate) fn number<T: TryFrom<i64>>(column: &'static str, value: i64) -> Outcome<T> {
    T::try_from(value).map_err(|_| Unreadable::Number { column, value }.into())
}
