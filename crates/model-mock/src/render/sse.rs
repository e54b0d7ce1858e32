//! Renders events and lines of streams.

use serde_json::Value;

use crate::script::{Part, Wire};

/// A server-sent event.
pub(super) fn event(name: Option<&str>, data: &Value, wire: &Wire) -> Vec<u8> {
    let text = if wire.multi_line { format!("{data:#}") } else { data.to_string() };
    text_event(name, &text, wire)
}

/// An event whose data is not JSON, or is JSON text already.
pub(super) fn text_event(name: Option<&str>, data: &str, wire: &Wire) -> Vec<u8> {
    let (end, space) = (wire.line_end.as_str(), if wire.space { " " } else { "" });
    let mut out = String::with_capacity(data.len() + 64);
    if let Some(name) = name.filter(|_| !wire.omits(Part::EventNames)) {
        out.extend(["event:", space, name, end]);
    }
    for line in data.split('\n') {
        out.extend(["data:", space, line, end]);
    }
    out.push_str(end);
    out.into_bytes()
}

/// A comment, which readers skip.
pub(super) fn comment(text: &str, wire: &Wire) -> Vec<u8> {
    let end = wire.line_end.as_str();
    format!(": {text}{end}{end}").into_bytes()
}

/// A line of NDJSON.
pub(super) fn line(data: &Value, wire: &Wire) -> Vec<u8> {
    format!("{data}{}", wire.line_end.as_str()).into_bytes()
}
