//! What a reply means: data, "no", "too fast", "sign in again" or "not yet".

mod content;
mod failure;
mod shown;
mod values;
mod wait;

use std::time::Duration;

use http::HeaderMap;
use jiff::Timestamp;
use serde_json::Value;

pub use content::json;
pub use values::has_more_values;
pub use wait::{announced_hold, wait_of};

use crate::schema::{Condition, Connector, Later, Operation, Scheme, Text};

/// A reply as it came.
#[derive(Debug, Clone, Copy)]
pub struct HttpReply<'a> {
    pub status: u16,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    /// When it came: times in it are told from then.
    pub now: Timestamp,
}

/// What a reply means.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    Done(Done),
    /// The result is not there yet; the same request again after this time.
    NotYet(Duration),
    /// The request had no effect; it may be repeated after this time.
    TooFast(Duration),
    /// The session or token is not good any more.
    SignInEnded(Failure),
    Failed(Failure),
    /// The service did not say no, but what it said cannot be read.
    Unreadable(Failure),
}

/// A result.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// The part that the caller gets.
    pub data: Value,
    /// All of it, when it was JSON: pages are told from it.
    pub whole: Value,
    /// Items that the service refused although it took the request.
    pub refused_items: Vec<RefusedItem>,
}

/// One of many items, and why it was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedItem {
    /// Its place among the items of the reply, from 0.
    pub index: usize,
    pub message: String,
}

/// Why the service did not do it.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    pub status: u16,
    /// The service's own code.
    pub code: Option<String>,
    /// The service's own words, whole until [`Failure::shown`].
    pub message: String,
    /// What it means, in the connector's words.
    pub means: Option<Text>,
}

/// Reads a reply. Nothing of it is shown to anybody before [`Reading::shown`].
///
/// # Arguments
/// * `scheme`: the one that signed the request.
pub fn read(connector: &Connector, operation: &Operation, scheme: Option<&Scheme>, reply: &HttpReply<'_>) -> Reading {
    let body = content::json(reply.body);
    let fits = |condition: &Condition| condition.fits(reply.status, reply.headers, body.as_ref());
    if let Some(throttle) = connector.throttle.iter().find(|throttle| fits(&throttle.when)) {
        return Reading::TooFast(wait::first(&throttle.wait, throttle.otherwise_seconds, reply, body.as_ref()));
    }
    if ended(scheme).iter().any(fits) {
        return Reading::SignInEnded(failure::told(connector, operation, reply, body.as_ref()));
    }
    if let Some(Later::Repeat { when, wait, otherwise_seconds }) = &operation.later
        && fits(when)
    {
        return Reading::NotYet(wait::first(wait, *otherwise_seconds, reply, body.as_ref()));
    }
    if let Some(failure) = failure::of(connector, operation, reply, body.as_ref()) {
        return Reading::Failed(failure);
    }
    done(operation, reply, body)
}

/// The service's words in a reply that no connector describes, as they came.
pub fn words(reply: &HttpReply<'_>) -> String {
    failure::words(reply, content::json(reply.body).as_ref())
}

fn ended(scheme: Option<&Scheme>) -> &[Condition] {
    match scheme {
        Some(Scheme { login: Some(login), .. }) => &login.ended,
        Some(Scheme { oauth2: Some(oauth2), .. }) => &oauth2.ended,
        _ => &[],
    }
}

fn done(operation: &Operation, reply: &HttpReply<'_>, body: Option<Value>) -> Reading {
    let refused_items = body.as_ref().map(|body| failure::refused_items(operation, body)).unwrap_or_default();
    match content::data(operation, reply, body) {
        Ok((data, whole)) => Reading::Done(Done { data, whole, refused_items }),
        Err(message) => Reading::Unreadable(Failure { status: reply.status, code: None, message, means: None }),
    }
}

#[cfg(test)]
mod tests;
