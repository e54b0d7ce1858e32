use http::StatusCode;
use serde_json::Value;

use super::content::text;
use super::{Failure, HttpReply, RefusedItem};
use crate::schema::{Connector, FailureRule, Operation, Pointer};

/// Where services put their words, when the connector does not say.
const USUAL_MESSAGES: [&str; 9] = [
    "/error_description",
    "/error/message",
    "/message",
    "/detail",
    "/errors/0/message",
    "/errorText",
    "/error",
    "/title",
    "/errors/0",
];

/// Why this reply means "no"; `None` when it does not.
pub(super) fn of(
    connector: &Connector,
    operation: &Operation,
    reply: &HttpReply<'_>,
    body: Option<&Value>,
) -> Option<Failure> {
    let is_failure = rule(connector, operation, reply, body).is_some() || reply.status >= 300;
    is_failure.then(|| told(connector, operation, reply, body))
}

/// A reply that means "no", in words.
pub(super) fn told(
    connector: &Connector,
    operation: &Operation,
    reply: &HttpReply<'_>,
    body: Option<&Value>,
) -> Failure {
    let rule = rule(connector, operation, reply, body);
    let found = |pointers: &[Pointer]| pointers.iter().find_map(|pointer| said(pointer.find(body?)?));
    let own = rule.and_then(|rule| found(&rule.message));
    Failure {
        status: reply.status,
        code: rule.and_then(|rule| found(&rule.code)),
        message: own.unwrap_or_else(|| words(reply, body)),
        means: rule.and_then(|rule| rule.means.clone()),
    }
}

fn rule<'a>(
    connector: &'a Connector,
    operation: &'a Operation,
    reply: &HttpReply<'_>,
    body: Option<&Value>,
) -> Option<&'a FailureRule> {
    let mut rules = operation.errors.iter().chain(&connector.errors);
    rules.find(|rule| rule.when.fits(reply.status, reply.headers, body))
}

/// The service's words where services usually put them, or what the status is called.
pub(super) fn words(reply: &HttpReply<'_>, body: Option<&Value>) -> String {
    let usual = || USUAL_MESSAGES.iter().find_map(|place| said(body?.pointer(place)?));
    usual().unwrap_or_else(|| plain(reply))
}

/// Words, or what stands in their place.
fn said(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bool(_) => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn plain(reply: &HttpReply<'_>) -> String {
    let reason = StatusCode::from_u16(reply.status).ok().and_then(|status| status.canonical_reason());
    let text = text(reply.body);
    let text = text.trim();
    if text.is_empty() || text.starts_with('<') { reason.unwrap_or("no words").to_owned() } else { text.to_owned() }
}

/// The items that were refused in a reply that is no failure.
pub(super) fn refused_items(operation: &Operation, body: &Value) -> Vec<RefusedItem> {
    let Some(rule) = &operation.item_errors else { return Vec::new() };
    let items = rule.items.find(body).and_then(Value::as_array).into_iter().flatten();
    let refused = items
        .enumerate()
        .filter(|(_, item)| rule.failed.fits_found(rule.failed.at.clone().unwrap_or_default().find(item)));
    refused
        .map(|(index, item)| RefusedItem {
            index,
            message: rule.message.find(item).and_then(said).unwrap_or_else(|| "refused".to_owned()),
        })
        .collect()
}
