//! Writes JSON straight into bytes, because building trees of values would cost more than the rest of the answer.

use serde::Serialize;

/// Writes text that is JSON already.
pub(super) fn raw(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

/// Writes a value. This can fail only for maps whose keys are not strings, and there are none here.
pub(super) fn value(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    let start = out.len();
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.truncate(start);
        raw(out, "null");
    }
}

/// Writes `,"name":value`.
pub(super) fn member(out: &mut Vec<u8>, name: &str, content: &(impl Serialize + ?Sized)) {
    raw(out, ",");
    value(out, name);
    raw(out, ":");
    value(out, content);
}
