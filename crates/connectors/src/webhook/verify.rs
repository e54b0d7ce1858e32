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

/// Does this way prove that the delivery is the service's?
pub(super) fn fits(way: &Verify, delivery: &Delivery<'_>, payload: &Value, secret: Option<&str>) -> bool {
    match way {
        Verify::HeaderSecret { header } => text(delivery, header).is_some_and(|shown| same(shown, secret)),
        Verify::BodySecret { at } => at.find(payload).and_then(Value::as_str).is_some_and(|shown| same(shown, secret)),
        Verify::Hmac { header, prefix, encoding, signed, time, base64_secret } => {
            let key = secret.and_then(|secret| key(secret, base64_secret.as_deref()));
            let in_time = time.as_ref().is_none_or(|time| is_in_time(delivery, time));
            in_time
                && key.is_some_and(|key| {
                    text(delivery, header)
                        .is_some_and(|shown| is_signature(shown, prefix, *encoding, &key, &message(signed, delivery)))
                })
        }
        Verify::Source { ranges } => {
            delivery.source.is_some_and(|source| ranges.iter().any(|range| range.contains(&source.to_canonical())))
        }
    }
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

/// A header may hold several signatures, with spaces between them; one is enough.
fn is_signature(shown: &str, prefix: &str, encoding: SignatureEncoding, key: &[u8], message: &[u8]) -> bool {
    shown.split(' ').filter_map(|part| part.strip_prefix(prefix)).any(|part| {
        let decoded = match encoding {
            SignatureEncoding::Hex => hex::decode(part).ok(),
            SignatureEncoding::Base64 => STANDARD.decode(part).ok(),
        };
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return false };
        mac.update(message);
        decoded.is_some_and(|decoded| mac.verify_slice(&decoded).is_ok())
    })
}
