//! Rows and what they mean: the only place where columns become words of the domain.
//!
//! Each aggregate has a row struct that the query macros fill, a `TryFrom` into the domain, and a macro with its column list, so that the
//! list is written once and every query stays checked.
//!
//! Queries of the hot path say `LIMIT ?1 + 0`: under a bare `LIMIT ?1` SQLite plans the statement anew each time it is bound.

mod account;
mod agent;
mod approval;
mod audit;
mod call;
mod entry;
mod key;
mod oauth;
mod run;
mod session;
mod tool;

pub(crate) use account::{AccountRow, InviteRow, accounts};
pub(crate) use agent::{AgentRow, Snapshot, VersionRow, agents};
pub(crate) use approval::{ApprovalRow, approvals};
pub(crate) use audit::AuditLogRow;
pub(crate) use call::{CallRow, calls};
pub(crate) use entry::{EntryRow, entries};
pub(crate) use key::ApiKeyRow;
pub(crate) use oauth::{ClientRow, FamilyRow, SigningKeyRow, families, oauth_clients, signing_keys};
pub(crate) use run::{RunRow, runs};
pub(crate) use session::{SessionRow, sessions};
pub(crate) use tool::{BindingRow, ToolRow, bindings, tools};

use artel_domain::Timestamp;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::{Failure, Outcome, Unreadable};

/// Microseconds since 1970, as times are stored.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

pub(crate) fn time(micros: i64) -> Timestamp {
    artel_domain::clock::micros(micros)
}

/// A UUID as `unhex` reads it.
pub(crate) fn hex(id: Uuid) -> String {
    id.simple().to_string()
}

/// Ids as a JSON list for `json_each` and `unhex`.
pub(crate) fn hex_list(ids: impl IntoIterator<Item = Uuid>) -> Outcome<String> {
    Ok(serde_json::to_string(&ids.into_iter().map(hex).collect::<Vec<_>>())?)
}

/// Every row as what it means; the first that cannot be read is an error.
pub(crate) fn all<R, T: TryFrom<R, Error = Failure>>(rows: Vec<R>) -> Outcome<Vec<T>> {
    rows.into_iter().map(T::try_from).collect()
}

pub(crate) fn one<R, T: TryFrom<R, Error = Failure>>(row: Option<R>) -> Outcome<Option<T>> {
    row.map(T::try_from).transpose()
}

fn word<T>(column: &'static str, text: &str, parse: fn(&str) -> Option<T>) -> Outcome<T> {
    parse(text).ok_or_else(|| Unreadable::Word { column, text: text.to_owned() }.into())
}

pub(crate) fn json<T: DeserializeOwned>(column: &'static str, text: &str) -> Outcome<T> {
    serde_json::from_str(text).map_err(|source| Unreadable::Json { column, source }.into())
}

fn json_or_none<T: DeserializeOwned>(column: &'static str, text: Option<&str>) -> Outcome<Option<T>> {
    text.map(|text| json(column, text)).transpose()
}

fn number<T: TryFrom<i64>>(column: &'static str, value: i64) -> Outcome<T> {
    T::try_from(value).map_err(|_| Unreadable::Number { column, value }.into())
}
