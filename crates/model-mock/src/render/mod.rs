//! Renders answers in the exact grammar of each protocol.

mod anthropic;
mod embeddings;
mod error;
mod listing;
mod ollama;
mod openai;
mod sse;
mod tape;

use serde_json::Value;

use crate::lowered::{Part, lower};
use crate::{Body, Endpoint, Failure, How, IncomingRequest, Protocol, Reply, Script};

pub(crate) use error::error_body;
pub(crate) use tape::Tape;

/// The creation time that every answer of the mock states.
const CREATED: u64 = 1_767_225_600;
const CREATED_TEXT: &str = "2026-01-01T00:00:00Z";

/// The body of an answer to a minimal request, with exactly the bytes that are sent. A fault of the reply ends it at
/// the same byte as on a connection.
pub fn render(protocol: Protocol, reply: &Reply, streaming: bool) -> Vec<u8> {
    render_for(&IncomingRequest::plain(protocol, streaming), reply)
}

/// The body of the answer to a request.
pub fn render_for(asked: &IncomingRequest, reply: &Reply) -> Vec<u8> {
    answer(asked, reply, &Script::default()).tape.into_bytes()
}

/// The status, the content type, and the body with its pauses.
pub(crate) struct Rendered {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    /// The header that names the request; providers differ.
    pub(crate) request_id: &'static str,
    /// The answer is a stream, so its length is not known in advance.
    pub(crate) streamed: bool,
    /// The connection ends before the head of the response was sent.
    pub(crate) headless: bool,
    /// Milliseconds before the head.
    pub(crate) delay_ms: u64,
    pub(crate) tape: Tape,
}

impl Rendered {
    fn nothing(how: How) -> Self {
        Self {
            status: 0,
            content_type: "",
            request_id: "",
            streamed: false,
            headless: true,
            delay_ms: 0,
            tape: Tape::halted(how),
        }
    }
}

/// The answer of `reply` to `asked`.
pub(crate) fn answer(asked: &IncomingRequest, reply: &Reply, script: &Script) -> Rendered {
    let request_id = if asked.protocol == Protocol::Anthropic { "request-id" } else { "x-request-id" };
    Rendered { request_id, ..body(asked, reply, script) }
}

fn body(asked: &IncomingRequest, reply: &Reply, script: &Script) -> Rendered {
    let status = reply.status.unwrap_or(200);
    match reply
        .fault
        .as_ref()
        .filter(|fault| fault.after_bytes.is_none() && fault.after_deltas.is_none())
        .map(|fault| &fault.how)
    {
        Some(How::Error(error)) => return failure(asked.protocol, error.status.unwrap_or(500), error, reply),
        Some(how) => return Rendered::nothing(how.clone()),
        None => {}
    }
    match &reply.body {
        Some(body) => scripted(asked.protocol, status, body, reply),
        None if status >= 400 => failure(asked.protocol, status, &Failure::default(), reply),
        None => match asked.endpoint {
            Endpoint::Chat if asked.stream => stream(asked, status, reply),
            Endpoint::Chat => whole(asked, status, reply),
            Endpoint::Models => json(status, &listing::models(asked.protocol, &script.models), reply),
            Endpoint::Embeddings => json(status, &embeddings::answer(asked, script.dimensions), reply),
            Endpoint::CountTokens => {
                json(status, &serde_json::json!({ "input_tokens": reply.usage.unwrap_or_default().prompt() }), reply)
            }
        },
    }
}

fn stream(asked: &IncomingRequest, status: u16, reply: &Reply) -> Rendered {
    let protocol = asked.protocol;
    let lowered = lower(reply, asked);
    let mut tape = Tape::streaming(reply, |failure| stream_error(protocol, reply, failure));
    match protocol {
        Protocol::OpenAi => openai::stream(&lowered, &reply.wire, asked.include_usage, &mut tape),
        Protocol::Anthropic => anthropic::stream(&lowered, &reply.wire, &mut tape),
        Protocol::Ollama => ollama::stream(&lowered, &reply.wire, &mut tape),
    }
    tape.finish(&reply.wire);
    let content_type =
        if protocol == Protocol::Ollama { "application/x-ndjson" } else { "text/event-stream; charset=utf-8" };
    Rendered {
        status,
        content_type,
        request_id: "x-request-id",
        streamed: true,
        headless: false,
        delay_ms: reply.timing.head_ms,
        tape,
    }
}

/// The error event in a stream that has begun.
fn stream_error(protocol: Protocol, reply: &Reply, failure: &Failure) -> Vec<u8> {
    let body = error_body(protocol, failure.status.unwrap_or(500), failure);
    match protocol {
        Protocol::OpenAi => sse::event(None, &body, &reply.wire),
        Protocol::Anthropic => sse::event(Some("error"), &body, &reply.wire),
        Protocol::Ollama => sse::line(&body, &reply.wire),
    }
}

/// A complete answer. A fault in the stream fails a complete answer at its beginning.
fn whole(asked: &IncomingRequest, status: u16, reply: &Reply) -> Rendered {
    let lowered = lower(reply, asked);
    let halt = lowered.parts.iter().find_map(|part| match part {
        Part::Error(failure) => Some(How::Error((*failure).clone())),
        Part::Halt(how) => Some(how.clone()),
        _ => None,
    });
    let by_deltas = reply
        .fault
        .as_ref()
        .filter(|fault| fault.after_deltas.is_some() && fault.after_bytes.is_none())
        .map(|fault| fault.how.clone());
    match by_deltas.or(halt) {
        Some(How::Error(error)) => return failure(asked.protocol, error.status.unwrap_or(500), &error, reply),
        Some(how) => return Rendered::nothing(how),
        None => {}
    }
    let body = match asked.protocol {
        Protocol::OpenAi => openai::whole(&lowered, &reply.wire),
        Protocol::Anthropic => anthropic::whole(&lowered, &reply.wire),
        Protocol::Ollama => ollama::whole(&lowered, &reply.wire),
    };
    let rests = lowered.parts.iter().map(|part| match part {
        Part::Text(deltas) | Part::Thinking { deltas, .. } => deltas.len() as u64 * reply.timing.gap_ms,
        Part::Calls(calls) => calls.len() as u64 * reply.timing.gap_ms,
        Part::Wait(time) => *time,
        _ => 0,
    });
    bytes(status, "application/json", body.to_string().as_bytes(), reply, rests.sum())
}

fn json(status: u16, body: &Value, reply: &Reply) -> Rendered {
    bytes(status, "application/json", body.to_string().as_bytes(), reply, 0)
}

fn failure(protocol: Protocol, status: u16, failure: &Failure, reply: &Reply) -> Rendered {
    json(status, &error_body(protocol, status, failure), reply)
}

fn scripted(protocol: Protocol, status: u16, body: &Body, reply: &Reply) -> Rendered {
    let html = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>\n";
    let (content_type, body) = match body {
        Body::Error(error) => return failure(protocol, status, error, reply),
        Body::Json(value) => return json(status, value, reply),
        Body::Html => ("text/html", html.as_bytes()),
        Body::Garbage => ("application/octet-stream", b"\x00\xff\xfe{\"\xc3\x28}\x1b[0m]]>\r\r\n\x80data".as_slice()),
        Body::Empty => ("text/plain", b"".as_slice()),
        Body::Text(text) => ("text/plain", text.as_bytes()),
    };
    bytes(status, content_type, body, reply, 0)
}

/// A complete answer is sent when its stream would have ended.
fn bytes(status: u16, content_type: &'static str, body: &[u8], reply: &Reply, rests_ms: u64) -> Rendered {
    let delay_ms = reply.timing.head_ms + reply.timing.first_ms + rests_ms;
    Rendered {
        status,
        content_type,
        request_id: "x-request-id",
        streamed: false,
        headless: false,
        delay_ms,
        tape: Tape::whole(body, reply),
    }
}

#[cfg(test)]
mod tests;
