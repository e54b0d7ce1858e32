//! Arguments become a request: path, query, headers, body.

use std::collections::BTreeMap;

use artel_domain::tool::{ArgumentPlace, HttpMethod};
use artel_egress::is_dot_segment;
use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::{Map, Value};
use url::Url;

use crate::headers::{custom_headers, header_name};
use crate::programs::Fuel;
use crate::schema::is_identifier;

/// Everything but the unreserved characters, so that a value cannot leave its path segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Characters of a URL with its arguments in it, and bytes of the headers that arguments make.
const LONGEST: usize = 60_000;

/// The parts of a request that come from the arguments and the tool's own headers.
#[derive(Debug)]
pub(crate) struct Mapped {
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
}

/// The endpoint, how arguments are placed, and the arguments.
pub(crate) struct Template<'a> {
    pub(crate) endpoint: &'a Url,
    pub(crate) method: HttpMethod,
    pub(crate) mapping: &'a BTreeMap<String, ArgumentPlace>,
    pub(crate) custom_headers: &'a BTreeMap<String, String>,
}

impl Template<'_> {
    /// # Errors
    /// A text for the model: an argument that does not fit its place, or is too long for it.
    pub(crate) fn fill(&self, args: &Value, fuel: &Fuel) -> Result<Mapped, String> {
        let none = Map::new();
        let args = args.as_object().unwrap_or(&none);
        let mut mapped =
            Mapped { url: self.endpoint.clone(), headers: custom_headers(self.custom_headers)?, body: None };
        let in_path = placeholders(self.endpoint);
        let path = filled_path(self.endpoint, args)?;
        mapped.url.set_path(&path);
        let mut body = Map::new();
        for (name, value) in args {
            fuel.spend((1 + name.len() + in_path.len()) as u64)?;
            match self.place(name, &in_path) {
                ArgumentPlace::Path => {}
                ArgumentPlace::Query => add_query(&mut mapped.url, name, value),
                ArgumentPlace::Header => add_header(&mut mapped.headers, name, value)?,
                ArgumentPlace::Body => {
                    body.insert(name.clone(), value.clone());
                }
            }
        }
        check_length(&mapped)?;
        let has_body = has_body(self.method) || !body.is_empty();
        mapped.body = has_body.then(|| Bytes::from(Value::Object(body).to_string()));
        Ok(mapped)
    }

    fn place(&self, name: &str, in_path: &[String]) -> ArgumentPlace {
        if in_path.iter().any(|placeholder| placeholder == name) {
            return ArgumentPlace::Path;
        }
        let default = if has_body(self.method) { ArgumentPlace::Body } else { ArgumentPlace::Query };
        self.mapping.get(name).copied().filter(|place| *place != ArgumentPlace::Path).unwrap_or(default)
    }
}

fn check_length(mapped: &Mapped) -> Result<(), String> {
    let headers: usize = mapped.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    for (what, length) in [("URL", mapped.url.as_str().len()), ("headers", headers)] {
        if length > LONGEST {
            return Err(format!("with these arguments the {what} would have {length} characters, more than {LONGEST}"));
        }
    }
    Ok(())
}

fn has_body(method: HttpMethod) -> bool {
    matches!(method, HttpMethod::Post | HttpMethod::Put | HttpMethod::Patch)
}

fn add_query(url: &mut Url, name: &str, value: &Value) {
    let mut pairs = url.query_pairs_mut();
    match value {
        Value::Null => {}
        Value::Array(items) => {
            for item in items {
                pairs.append_pair(name, &plain(item));
            }
        }
        other => {
            pairs.append_pair(name, &plain(other));
        }
    }
    drop(pairs);
    if url.query() == Some("") {
        url.set_query(None);
    }
}

/// `user_agent` becomes `user-agent`: an identifier cannot hold the hyphen that header names use.
fn add_header(headers: &mut HeaderMap, name: &str, value: &Value) -> Result<(), String> {
    if value.is_null() {
        return Ok(());
    }
    let header = header_name(&name.replace('_', "-"))?;
    let value = HeaderValue::from_str(&plain(value))
        .map_err(|_| format!("the argument '{name}' holds characters that a header cannot hold"))?;
    headers.insert(header, value);
    Ok(())
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The names in `{braces}` of an endpoint's path.
fn placeholders(endpoint: &Url) -> Vec<String> {
    let segments = endpoint.path_segments().into_iter().flatten();
    segments
        .flat_map(|segment| {
            pieces(segment)
                .into_iter()
                .filter_map(|piece| if let Piece::Name(name) = piece { Some(name) } else { None })
        })
        .collect()
}

fn filled_path(endpoint: &Url, args: &Map<String, Value>) -> Result<String, String> {
    let segments = endpoint.path_segments().into_iter().flatten();
    let filled: Vec<String> = segments.map(|segment| filled_segment(segment, args)).collect::<Result<_, _>>()?;
    Ok(format!("/{}", filled.join("/")))
}

fn filled_segment(segment: &str, args: &Map<String, Value>) -> Result<String, String> {
    let pieces = pieces(segment);
    if !pieces.iter().any(|piece| matches!(piece, Piece::Name(_))) {
        return Ok(segment.to_owned());
    }
    let mut filled = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => filled.push_str(&text),
            Piece::Name(name) => filled.push_str(&path_value(&name, args)?),
        }
    }
    // A dot segment walks up the path; encoding does not help, because parsers decode it before they look.
    if filled.is_empty() || is_dot_segment(&filled) {
        Err("an argument in the path may not be empty, '.' or '..'".to_owned())
    } else {
        Ok(utf8_percent_encode(&filled, SEGMENT).to_string())
    }
}

fn path_value(name: &str, args: &Map<String, Value>) -> Result<String, String> {
    match args.get(name) {
        Some(value @ (Value::String(_) | Value::Number(_) | Value::Bool(_))) => Ok(plain(value)),
        Some(_) => Err(format!("the argument '{name}' goes into the path and must be a string, a number or a boolean")),
        None => Err(format!("the argument '{name}' is missing: it goes into the path")),
    }
}

enum Piece {
    Text(String),
    Name(String),
}

/// Literal text and placeholders of one path segment (which arrives percent-encoded).
fn pieces(segment: &str) -> Vec<Piece> {
    let decoded = percent_decode_str(segment).decode_utf8_lossy();
    let mut rest: &str = &decoded;
    let mut pieces = Vec::new();
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}').filter(|(name, _)| is_identifier(name)) else { break };
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        pieces.push(Piece::Name(name.to_owned()));
        rest = tail;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    pieces
}

#[cfg(test)]
mod tests;
