//! Splits a stream of bytes into lines of JSON. The stream may be cut anywhere.

/// The state of the parser between two pieces of a stream. It knows lines, not JSON.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    /// The beginning of a line whose end has not arrived.
    line: Vec<u8>,
    /// The first line is over, so a byte order mark is no longer removed.
    past_first_line: bool,
}

impl Parser {
    /// Takes the next bytes of the stream and appends the lines that they complete. Empty lines are left out.
    pub(crate) fn push(&mut self, mut bytes: &[u8], lines: &mut Vec<Vec<u8>>) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.line.extend_from_slice(&bytes[..end]);
            lines.extend(self.take());
            bytes = &bytes[end + 1..];
        }
        self.line.extend_from_slice(bytes);
    }

    /// The stream has ended: the rest is a line too, complete or not.
    pub(crate) fn finish(mut self) -> Option<Vec<u8>> {
        self.take()
    }

    fn take(&mut self) -> Option<Vec<u8>> {
        let line = std::mem::take(&mut self.line);
        let mut bytes = line.as_slice();
        if !self.past_first_line {
            self.past_first_line = true;
            bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        }
        let bytes = bytes.trim_ascii();
        (!bytes.is_empty()).then(|| bytes.to_vec())
    }
}

#[cfg(test)]
mod tests;
