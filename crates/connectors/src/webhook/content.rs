//! What a delivery says, as one JSON value.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use encoding_rs::{Encoding, UTF_8};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::form;
use crate::reply::has_more_values;
use crate::schema::{EventBody, Verify, Webhook};

/// Stands where something is hidden.
const MASK: &str = "***";
/// Values of a body, and parts of the names of a form. One with more stays the text that it is: each takes up to a
/// hundred times the memory of its text.
const MOST_VALUES: usize = 100_000;

/// The body. What is no JSON and no form is a text, and what is no text is `{"base64": …}`.
///
/// # Arguments
/// * `kind`: what the connector expects. A content type that says clearly what the body is weighs more.
pub(super) fn read(kind: EventBody, headers: &HeaderMap, body: &[u8]) -> Value {
    let said = headers.get(CONTENT_TYPE).and_then(|said| said.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    let encoding = charset(&said).unwrap_or(UTF_8);
    // A form is decoded behind its percent signs.
    let is_form = kind == EventBody::Form || !is_object(body);
    if kind_of(&said).unwrap_or(kind) == EventBody::Form && is_form {
        return form::read(body, encoding, MOST_VALUES).unwrap_or_else(|| raw(body, encoding));
    }
    let decoded = (encoding != UTF_8).then(|| encoding.decode_without_bom_handling(body).0.into_owned());
    let text = decoded.as_deref().map_or(body, str::as_bytes);
    let read = match () {
        () if text.is_empty() => Some(Value::Null),
        () if has_more_values(text, MOST_VALUES) => None,
        () => crate::reply::json(text),
    };
    read.unwrap_or_else(|| raw(body, encoding))
}

/// Some senders name no type of their own and get that of a form.
fn is_object(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"{")
}

/// What a content type says of the body; `None` for one that many send whatever the body is.
fn kind_of(said: &str) -> Option<EventBody> {
    match said.split(';').next().unwrap_or_default().trim() {
        "application/x-www-form-urlencoded" => Some(EventBody::Form),
        essence if essence == "application/json" || essence.ends_with("+json") => Some(EventBody::Json),
        _ => None,
    }
}

fn charset(said: &str) -> Option<&'static Encoding> {
    let parameters = said.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut named = parameters.filter(|(name, _)| name.trim() == "charset").map(|(_, value)| value);
    Encoding::for_label(named.next()?.trim().trim_matches('"').as_bytes())
}

fn raw(body: &[u8], encoding: &'static Encoding) -> Value {
    match encoding.decode_without_bom_handling_and_without_replacement(body) {
        Some(text) => json!(text),
        None => json!({ "base64": STANDARD.encode(body) }),
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
