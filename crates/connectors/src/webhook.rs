//! What a delivery is: is it the service's, which one is it, and what is answered.

mod content;
mod form;
mod verify;

use std::net::IpAddr;

use http::HeaderMap;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::schema::{EventPlace, EventReply, Verify, Webhook};

/// A delivery as it came.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    pub headers: &'a HeaderMap,
    /// The raw bytes: signatures are over them.
    pub body: &'a [u8],
    /// Where it came from, when that is known.
    pub source: Option<IpAddr>,
    /// When it came.
    pub now: Timestamp,
}

/// What a delivery is.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// The service's own id, the same when it delivers again; else a digest of the body.
    pub delivery_id: DeliveryId,
    /// The service's word for what happened.
    pub event: Option<String>,
    /// The body as JSON, a form as an object, else a text, else `{"base64": …}`; one with very many values stays a
    /// text. Without what proves where it is from and what the connector hides.
    pub payload: Value,
    /// Is it an event that is kept? A handshake is none.
    pub keep: bool,
    pub status: u16,
    pub reply: Option<Value>,
}

/// How a delivery is told from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryId {
    Given(String),
    /// SHA-256 of the body, in hex. Two equal bodies may be two events, so it counts for minutes only.
    Digest(String),
}

/// The delivery is not the service's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the delivery is not signed as the connector wants it")]
pub struct NotSigned;

/// Reads a delivery.
///
/// # Arguments
/// * `secret`: what was agreed with the service; `None` when nothing was.
///
/// # Errors
/// [`NotSigned`] when no way of the connector proves where it is from.
pub fn receive(webhook: &Webhook, delivery: &Delivery<'_>, secret: Option<&str>) -> Result<Received, NotSigned> {
    let ways = &webhook.verify;
    let is_proven = ways.is_empty() || ways.iter().any(|way| verify::fits_unread(way, delivery, secret));
    // The body of a stranger is read only where the secret may be in it.
    if !is_proven && !ways.iter().any(|way| matches!(way, Verify::BodySecret { .. })) {
        return Err(NotSigned);
    }
    let payload = content::read(webhook.body, delivery.headers, delivery.body);
    if !is_proven && !ways.iter().any(|way| verify::fits_read(way, &payload, secret)) {
        return Err(NotSigned);
    }
    let special = webhook.special.iter().find(|special| special.when.fits(0, delivery.headers, Some(&payload)));
    let reply = special.map_or(&webhook.reply, |special| &special.reply);
    Ok(Received {
        delivery_id: delivery_id(webhook, delivery, &payload),
        event: webhook.event.as_ref().and_then(|place| found(place, delivery, &payload)),
        keep: special.is_none_or(|special| special.keep),
        status: reply.status,
        reply: answer(reply, delivery, &payload),
        payload: content::masked(webhook, payload),
    })
}

fn delivery_id(webhook: &Webhook, delivery: &Delivery<'_>, payload: &Value) -> DeliveryId {
    let given = webhook.delivery_id.iter().find_map(|place| found(place, delivery, payload));
    given.map_or_else(|| DeliveryId::Digest(hex::encode(Sha256::digest(delivery.body))), DeliveryId::Given)
}

fn found(place: &EventPlace, delivery: &Delivery<'_>, payload: &Value) -> Option<String> {
    let value = match place {
        EventPlace::Header(name) => return delivery.headers.get(name)?.to_str().ok().map(str::to_owned),
        EventPlace::At(pointer) => pointer.find(payload)?,
    };
    value.as_str().map(str::to_owned).or_else(|| value.is_number().then(|| value.to_string()))
}

fn answer(reply: &EventReply, delivery: &Delivery<'_>, payload: &Value) -> Option<Value> {
    reply.body.as_ref().map(|body| filled(body, delivery, payload))
}

fn filled(value: &Value, delivery: &Delivery<'_>, payload: &Value) -> Value {
    match value {
        Value::String(text) if text == "{now}" => json!(delivery.now.to_string()),
        Value::String(text) => match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(pointer) if pointer.starts_with('/') => payload.pointer(pointer).cloned().unwrap_or_default(),
            _ => value.clone(),
        },
        Value::Array(items) => items.iter().map(|item| filled(item, delivery, payload)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), filled(member, delivery, payload))).collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests;
