//! `multipart/form-data` (RFC 7578).

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::encoded::decode;
use super::place::given;
use super::{BuildError, Call, encode};
use crate::schema::Place;

struct Part {
    name: String,
    file: Option<String>,
    media_type: Option<String>,
    bytes: Vec<u8>,
}

/// The body and its media type. The boundary is made of the parts, so the same call is the same bytes.
pub(super) fn write(call: &Call<'_>, content: &Value) -> Result<(String, Vec<u8>), BuildError> {
    let mut parts: Vec<Part> =
        content.as_object().into_iter().flatten().map(|(name, value)| field(name, value)).collect();
    for given in given(call.operation, call.params).filter(|given| given.parameter.place == Place::File) {
        let mut part = file(given.wire_name(), &given.value)?;
        part.media_type = part.media_type.or_else(|| given.parameter.media_type.clone());
        parts.push(part);
    }
    let mut digest = Sha256::new();
    for part in &parts {
        digest.update(&part.bytes);
    }
    let boundary = format!("artel-{}", &hex::encode(digest.finalize())[..32]);
    let mut body = Vec::new();
    for part in &parts {
        body.extend_from_slice(head(part, &boundary).as_bytes());
        body.extend_from_slice(&part.bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok((format!("multipart/form-data; boundary={boundary}"), body))
}

/// Lists and objects are JSON text.
fn field(name: &str, value: &Value) -> Part {
    let text = encode::scalar(value).unwrap_or_else(|| value.to_string());
    Part { name: name.to_owned(), file: None, media_type: None, bytes: text.into_bytes() }
}

/// A text (an id or a URL that the service knows) is a field, an object a file.
fn file(name: &str, value: &Value) -> Result<Part, BuildError> {
    let Some(encoded) = value.get("base64") else { return Ok(field(name, value)) };
    let text = |member: &str| value.get(member).and_then(Value::as_str).map(str::to_owned);
    Ok(Part {
        name: name.to_owned(),
        file: Some(text("name").unwrap_or_else(|| "file".to_owned())),
        media_type: Some(text("media_type").unwrap_or_else(|| "application/octet-stream".to_owned())),
        bytes: decode(encoded)?,
    })
}

fn head(part: &Part, boundary: &str) -> String {
    let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", quoted(&part.name));
    if let Some(file) = &part.file {
        head = head + "; filename=\"" + &quoted(file) + "\"";
    }
    if let Some(media_type) = &part.media_type {
        head = head + "\r\nContent-Type: " + &media_type.replace(['\r', '\n'], "");
    }
    head + "\r\n\r\n"
}

/// As browsers write names.
fn quoted(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
