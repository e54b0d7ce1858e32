//! What is written to the connection, and when.

use std::fmt::Write as _;

use bytes::Bytes;

use crate::render::Rendered;
use crate::{How, Reply};

/// One operation on the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Op {
    /// One write, followed by a flush.
    Send(Bytes),
    /// A pause in milliseconds, counted from the end of the previous pause.
    Wait(u64),
    /// Wait until the client closes the connection.
    Hang,
    Reset,
}

/// A rendered answer, which can be sent any number of times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) ops: Vec<Op>,
    /// The connection cannot be used again.
    pub(crate) close: bool,
}

/// How the client recognises the end of the body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Framing {
    Chunked,
    Length(usize),
    UntilClose,
}

impl Plan {
    pub(crate) fn new(rendered: &Rendered, reply: &Reply) -> Self {
        let tape = &rendered.tape;
        let framing = framing(rendered, reply);
        let lies = matches!(framing, Framing::Length(length) if length != tape.bytes().len());
        let mut plan =
            Self { ops: Vec::new(), close: *tape.end() != How::End || framing == Framing::UntilClose || lies };
        if matches!(tape.end(), How::Error(_)) {
            plan.close = framing == Framing::UntilClose || lies;
        }
        plan.wait(rendered.delay_ms);
        if !rendered.headless {
            plan.head(rendered, reply, framing);
            plan.body(rendered, reply, framing);
        }
        match tape.end() {
            How::Hang => plan.ops.push(Op::Hang),
            How::Reset => plan.ops.push(Op::Reset),
            How::End | How::Error(_) if framing == Framing::Chunked && !rendered.headless => {
                plan.send(b"0\r\n\r\n".to_vec().into());
            }
            How::End | How::Error(_) | How::Cut => {}
        }
        if reply.wire.pieces.is_none() {
            plan.merge();
        }
        plan
    }

    /// An answer of the mock itself.
    pub(crate) fn json(status: u16, body: &str) -> Self {
        let head = format!(
            "HTTP/1.1 {status} Mock\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        Self { ops: vec![Op::Send(Bytes::from(head + body))], close: false }
    }

    fn head(&mut self, rendered: &Rendered, reply: &Reply, framing: Framing) {
        let lines = head_lines(rendered, reply, framing, self.close);
        if reply.timing.head_line_ms == 0 {
            return self.send((lines.join("\r\n") + "\r\n\r\n").into());
        }
        for line in lines {
            self.send((line + "\r\n").into());
            self.wait(reply.timing.head_line_ms);
        }
        self.send("\r\n".into());
    }

    fn body(&mut self, rendered: &Rendered, reply: &Reply, framing: Framing) {
        let tape = &rendered.tape;
        let body = Bytes::copy_from_slice(tape.bytes());
        let cuts = reply.wire.pieces.as_ref().map_or_else(|| tape.marks().to_vec(), |cuts| cuts.offsets(body.len()));
        let mut waits = tape.waits().iter().copied().peekable();
        let mut ends: Vec<usize> =
            cuts.into_iter().chain(tape.waits().iter().map(|(at, _)| *at)).chain([body.len()]).collect();
        ends.sort_unstable();
        ends.dedup();
        let mut at = 0;
        for end in ends {
            if end > at {
                self.piece(body.slice(at..end), framing);
                at = end;
                if end < body.len() {
                    self.wait(reply.wire.piece_gap_ms);
                }
            }
            while let Some((_, ms)) = waits.next_if(|(due, _)| *due == at) {
                self.wait(ms);
            }
        }
    }

    fn piece(&mut self, piece: Bytes, framing: Framing) {
        if framing != Framing::Chunked {
            return self.send(piece);
        }
        let mut chunk = format!("{:x}\r\n", piece.len()).into_bytes();
        chunk.extend_from_slice(&piece);
        chunk.extend_from_slice(b"\r\n");
        self.send(chunk.into());
    }

    fn send(&mut self, bytes: Bytes) {
        self.ops.push(Op::Send(bytes));
    }

    fn wait(&mut self, ms: u64) {
        if ms > 0 {
            self.ops.push(Op::Wait(ms));
        }
    }

    /// Merges consecutive writes into one. The HTTP chunks within it stay the same.
    fn merge(&mut self) {
        let mut merged: Vec<Op> = Vec::with_capacity(self.ops.len());
        let mut run: Vec<u8> = Vec::new();
        for op in self.ops.drain(..) {
            if let Op::Send(bytes) = op {
                run.extend_from_slice(&bytes);
                continue;
            }
            if !run.is_empty() {
                merged.push(Op::Send(std::mem::take(&mut run).into()));
            }
            merged.push(op);
        }
        if !run.is_empty() {
            merged.push(Op::Send(run.into()));
        }
        self.ops = merged;
    }
}

fn framing(rendered: &Rendered, reply: &Reply) -> Framing {
    match reply.wire.content_length {
        Some(length) => Framing::Length(length),
        None if reply.wire.until_close => Framing::UntilClose,
        None if rendered.streamed => Framing::Chunked,
        // The length of the complete body, even when less of it is sent.
        None => Framing::Length(rendered.tape.full_length()),
    }
}

fn head_lines(rendered: &Rendered, reply: &Reply, framing: Framing, close: bool) -> Vec<String> {
    let mut status = String::from("HTTP/1.1 ");
    let _ = write!(status, "{} {}", rendered.status, reason(rendered.status));
    let mut lines = vec![status];
    let own = |name: &str| reply.headers.keys().any(|key| key.eq_ignore_ascii_case(name));
    let mut header = |name: &str, value: &str| {
        if !own(name) {
            lines.push(format!("{name}: {value}"));
        }
    };
    header("content-type", rendered.content_type);
    header(rendered.request_id, "req_mock");
    match framing {
        Framing::Chunked => header("transfer-encoding", "chunked"),
        Framing::Length(length) => header("content-length", &length.to_string()),
        Framing::UntilClose => {}
    }
    if close {
        header("connection", "close");
    }
    lines.extend(reply.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    lines
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        404 => "Not Found",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        529 => "Overloaded",
        _ => "Scripted",
    }
}

#[cfg(test)]
mod tests;
