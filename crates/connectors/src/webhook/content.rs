//! What a delivery says, as one JSON value.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::form;
use crate::reply::has_more_values;
use crate::schema::{EventBody, Verify, Webhook};

/// Stands where something is hidden.
const MASK: &str = "***";
/// Values of a body, and parts of the names of a form. One with more stays the text that it is: each takes up to a
/// hundred times the memory of its text.
const MOST_VALUES: usize = 100_000;

/// The body. What is no JSON is a text, and what is no text is `{"base64": …}`.
pub(super) fn read(kind: EventBody, body: &[u8]) -> Value {
    let read = match kind {
        EventBody::Form => form::read(body, MOST_VALUES),
        EventBody::Json if body.is_empty() => Some(Value::Null),
        EventBody::Json if has_more_values(body, MOST_VALUES) => None,
        EventBody::Json => crate::reply::json(body),
    };
    read.unwrap_or_else(|| raw(body))
}

fn raw(body: &[u8]) -> Value {
    match std::str::from_utf8(body) {
        Ok(text) => json!(text),
        Err(_) => json!({ "base64": STANDARD.encode(body) }),
    }
}

/// Without the secret that a delivery shows, and without what the connector hides. Both are members of objects.
pub(super) fn masked(webhook: &Webhook, mut payload: Value) -> Value {
    let shown = webhook.verify.iter().filter_map(|way| match way {
        Verify::BodySecret { at } => Some(at),
        _ => None,
    });
    for place in shown.chain(&webhook.hidden) {
        if place.find(&payload).is_some() {
            place.write(&mut payload, json!(MASK));
        }
    }
    payload
}
