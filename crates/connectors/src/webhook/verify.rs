use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::Delivery;
use crate::schema::{Piece, SignatureEncoding, Template, Verify};

/// How far a signed time may be off.
const TOLERANCE_SECONDS: i64 = 300;
/// Bytes of a tag.
const TAG_BYTES: usize = 32;
/// Characters of the longest way to write a tag, which is hex.
const LONGEST_TAG: usize = 2 * TAG_BYTES;
/// Signatures of a header that are looked at. Services send one, and another one while a secret changes.
const MOST_SIGNATURES: usize = 8;

/// Does this way prove that the delivery is the service's, before anybody has read what it says?
pub(super) fn fits_unread(way: &Verify, delivery: &Delivery<'_>, secret: Option<&str>) -> bool {
    match way {
        Verify::HeaderSecret { header } => text(delivery, header).is_some_and(|shown| same(shown, secret)),
        Verify::BodySecret { .. } => false,
        Verify::Hmac { header, prefix, encoding, signed, time, base64_secret } => {
            let key = secret.and_then(|secret| key(secret, base64_secret.as_deref()));
            let in_time = time.as_ref().is_none_or(|time| is_in_time(delivery, time));
            in_time
                && key.is_some_and(|key| {
                    let tag = || tag(&key, &message(signed, delivery));
                    text(delivery, header).is_some_and(|shown| is_signature(shown, prefix, *encoding, tag))
                })
        }
        Verify::Source { ranges } => {
            delivery.source.is_some_and(|source| ranges.iter().any(|range| range.contains(&source.to_canonical())))
        }
    }
}

/// Does what the delivery says prove that it is the service's?
pub(super) fn fits_read(way: &Verify, payload: &Value, secret: Option<&str>) -> bool {
    let Verify::BodySecret { at } = way else { return false };
    at.find(payload).and_then(Value::as_str).is_some_and(|shown| same(shown, secret))
}

fn text<'a>(delivery: &Delivery<'a>, header: &str) -> Option<&'a str> {
    delivery.headers.get(header)?.to_str().ok()
}

fn same(shown: &str, secret: Option<&str>) -> bool {
    secret.is_some_and(|secret| !secret.is_empty() && bool::from(shown.as_bytes().ct_eq(secret.as_bytes())))
}

fn key(secret: &str, base64_prefix: Option<&str>) -> Option<Vec<u8>> {
    match base64_prefix.and_then(|prefix| secret.strip_prefix(prefix)) {
        Some(encoded) => STANDARD.decode(encoded).ok(),
        None => (!secret.is_empty()).then(|| secret.as_bytes().to_vec()),
    }
}

fn is_in_time(delivery: &Delivery<'_>, header: &str) -> bool {
    let told = text(delivery, header).and_then(|text| text.trim().parse::<i64>().ok());
    told.is_some_and(|told| delivery.now.as_second().abs_diff(told) <= TOLERANCE_SECONDS.unsigned_abs())
}

/// What was signed: `{body}`, or headers and the body.
fn message(signed: &Template, delivery: &Delivery<'_>) -> Vec<u8> {
    let mut message = Vec::new();
    for piece in signed.pieces() {
        match piece {
            Piece::Text(text) => message.extend_from_slice(text.as_bytes()),
            Piece::Member(name) if name == "body" => message.extend_from_slice(delivery.body),
            Piece::Member(name) => message.extend_from_slice(text(delivery, name).unwrap_or_default().as_bytes()),
        }
    }
    message
}

/// A header may hold several signatures, with spaces between them; one is enough. Whoever knows the address writes the
/// header, so the work does not grow with it: few parts are looked at, and the message is hashed once.
fn is_signature(
    shown: &str,
    prefix: &str,
    encoding: SignatureEncoding,
    tag: impl FnOnce() -> Option<[u8; TAG_BYTES]>,
) -> bool {
    let parts = shown.split_ascii_whitespace().take(MOST_SIGNATURES).filter_map(|part| part.strip_prefix(prefix));
    let decoded: Vec<_> = parts.filter_map(|part| decoded(part, encoding)).collect();
    if decoded.is_empty() {
        return false;
    }
    tag().is_some_and(|tag| decoded.iter().any(|shown| bool::from(shown.ct_eq(&tag))))
}

/// `None`: no tag is written so.
fn decoded(part: &str, encoding: SignatureEncoding) -> Option<[u8; TAG_BYTES]> {
    if part.len() > LONGEST_TAG {
        return None;
    }
    let bytes = match encoding {
        SignatureEncoding::Hex => hex::decode(part).ok()?,
        SignatureEncoding::Base64 => STANDARD.decode(part).ok()?,
    };
    bytes.try_into().ok()
}

fn tag(key: &[u8], message: &[u8]) -> Option<[u8; TAG_BYTES]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(message);
    Some(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn the_message_is_hashed_once_and_only_for_what_can_be_a_signature() {
        let hashed = Cell::new(0);
        let fits = |shown: &str| {
            let tag = || {
                hashed.set(hashed.get() + 1);
                tag(b"key", b"message")
            };
            is_signature(shown, "v1,", SignatureEncoding::Hex, tag)
        };
        let (good, other) = (hex::encode(tag(b"key", b"message").unwrap()), "00".repeat(TAG_BYTES));
        assert!(fits(&format!("v1,{other} v1,{other} v1,{good}")) && hashed.take() == 1);
        assert!(!fits(&format!("v1,{other} v1a,{good}")) && hashed.take() == 1);
        assert!(!fits(&"v1, v1,zz v1,00 ".repeat(1000)) && hashed.take() == 0);
    }
}
