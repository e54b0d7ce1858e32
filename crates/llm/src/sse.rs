//! Parses server-sent events incrementally (WHATWG HTML, 9.2). The bytes may be cut anywhere, also inside a character
//! or between CR and LF.

use memchr::memchr2;

/// One event with data. Events without data are not dispatched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Event {
    /// The `event:` field; empty when absent.
    pub(crate) name: String,
    /// The values of the `data:` lines, joined by line feeds.
    pub(crate) data: String,
}

impl Event {
    /// The data without white space around it. Programs in C may send the end of their string too.
    pub(crate) fn text(&self) -> &str {
        self.data.trim_matches(|character: char| character.is_whitespace() || character == '\0')
    }
}

/// The state of the parser between two pieces of a stream.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    /// The beginning of a line whose end has not arrived.
    line: Vec<u8>,
    event: Event,
    has_data: bool,
    /// The last byte was a CR: a LF that follows belongs to it.
    after_cr: bool,
    /// The first line is over, so a byte order mark is no longer removed.
    past_first_line: bool,
}

impl Parser {
    /// Takes the next bytes of the stream and appends the events that they complete.
    pub(crate) fn push(&mut self, mut bytes: &[u8], events: &mut Vec<Event>) {
        if self.after_cr && !bytes.is_empty() {
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
            self.after_cr = false;
        }
        while let Some(end) = memchr2(b'\n', b'\r', bytes) {
            self.line.extend_from_slice(&bytes[..end]);
            self.end_line(events);
            let rest = &bytes[end + 1..];
            if bytes[end] == b'\r' {
                self.after_cr = rest.is_empty();
                bytes = rest.strip_prefix(b"\n").unwrap_or(rest);
            } else {
                bytes = rest;
            }
        }
        self.line.extend_from_slice(bytes);
    }

    /// The stream has ended. Unlike a browser, this parser accepts a last event without a blank line after it, because
    /// some servers forget the line.
    pub(crate) fn finish(mut self) -> Option<Event> {
        let mut events = Vec::new();
        if !self.line.is_empty() {
            self.end_line(&mut events);
        }
        self.dispatch(&mut events);
        events.pop()
    }

    fn end_line(&mut self, events: &mut Vec<Event>) {
        let line = std::mem::take(&mut self.line);
        let mut bytes = line.as_slice();
        if !self.past_first_line {
            self.past_first_line = true;
            bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        }
        if bytes.is_empty() {
            self.dispatch(events);
        } else {
            self.field(&String::from_utf8_lossy(bytes));
        }
        // The next line uses the same allocation.
        self.line = line;
        self.line.clear();
    }

    fn field(&mut self, line: &str) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
                self.has_data = true;
            }
            "event" => value.clone_into(&mut self.event.name),
            // Comments have an empty name. `id` and `retry` are not used here, and the standard says to ignore all
            // other fields.
            _ => {}
        }
    }

    fn dispatch(&mut self, events: &mut Vec<Event>) {
        let event = std::mem::take(&mut self.event);
        if std::mem::take(&mut self.has_data) {
            events.push(event);
        }
    }
}

#[cfg(test)]
mod tests;
