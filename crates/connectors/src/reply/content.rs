use artel_domain::{mend_json, read_foreign_json};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::HttpReply;
use crate::schema::{Operation, ReplyKind};

/// The body as JSON, also with what services write that JSON does not have; `None` when it is none.
pub fn json(body: &[u8]) -> Option<Value> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let text = std::str::from_utf8(body).ok()?;
    read_foreign_json(text).ok().or_else(|| {
        let may_be = text.trim_start().starts_with(['{', '[']);
        may_be.then(|| read_foreign_json(&mend_json(text)).ok())?
    })
}

/// The caller's part of the body, and all of it.
///
/// # Errors
/// Why the body cannot be read.
pub(super) fn data(
    operation: &Operation,
    reply: &HttpReply<'_>,
    body: Option<Value>,
) -> Result<(Value, Value), String> {
    let wanted = &operation.reply;
    if reply.body.is_empty() || (wanted.kind == ReplyKind::Json && reply.body.trim_ascii().is_empty()) {
        return Ok((Value::Null, Value::Null));
    }
    match (wanted.kind, body) {
        (ReplyKind::Json | ReplyKind::Any, Some(body)) => {
            let data = wanted.data.find(&body).cloned().unwrap_or(Value::Null);
            Ok((data, body))
        }
        (ReplyKind::Json, None) => Err(format!("the answer is not JSON: {}", text(reply.body).trim())),
        (ReplyKind::Text, body) => Ok((text(reply.body).into(), body.unwrap_or_default())),
        (ReplyKind::Binary, body) => Ok((binary(reply), body.unwrap_or_default())),
        (ReplyKind::Any, None) => match std::str::from_utf8(reply.body) {
            Ok(text) => Ok((text.into(), Value::Null)),
            Err(_) => Ok((binary(reply), Value::Null)),
        },
    }
}

fn binary(reply: &HttpReply<'_>) -> Value {
    let media_type = reply.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    json!({
        "media_type": media_type.unwrap_or("application/octet-stream"),
        "bytes": reply.body.len(),
        "base64": STANDARD.encode(reply.body),
    })
}

pub(super) fn text(body: &[u8]) -> String {
    String::from_utf8_lossy(body).into_owned()
}
