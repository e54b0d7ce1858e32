use crate::script::{Part, Wire};
use crate::{Failure, Fault, How, Reply, Timing};

/// The bytes of a body, the pauses between them, and how the body ends. Nothing is added after the end.
pub(crate) struct Tape {
    bytes: Vec<u8>,
    /// Offsets and milliseconds, in order.
    waits: Vec<(usize, u64)>,
    /// The offsets at which frames begin, in order.
    marks: Vec<usize>,
    deltas: usize,
    gap_ms: u64,
    fault: Option<(Fault, Vec<u8>)>,
    end: Option<How>,
    /// The length of the complete body, when it was cut at a byte.
    full_length: Option<usize>,
}

impl Tape {
    /// The tape of a stream. `error` renders an error in the middle of it.
    pub(crate) fn streaming(reply: &Reply, error: impl Fn(&Failure) -> Vec<u8>) -> Self {
        let mut tape = Self::new(reply, reply.timing, error);
        if reply.wire.bom {
            tape.bytes.extend_from_slice(b"\xEF\xBB\xBF");
        }
        tape
    }

    /// A body in one frame.
    pub(crate) fn whole(body: &[u8], reply: &Reply) -> Self {
        let mut tape = Self::new(reply, Timing::default(), |_| Vec::new());
        tape.frame(body);
        tape.break_off_at_byte();
        tape
    }

    /// A connection that ends before the body begins.
    pub(crate) fn halted(how: How) -> Self {
        Self { end: Some(how), ..Self::new(&Reply::default(), Timing::default(), |_| Vec::new()) }
    }

    fn new(reply: &Reply, timing: Timing, error: impl Fn(&Failure) -> Vec<u8>) -> Self {
        let fault = reply.fault.clone().map(|fault| {
            let last_words = if let How::Error(failure) = &fault.how { error(failure) } else { Vec::new() };
            (fault, last_words)
        });
        let mut tape = Self {
            bytes: Vec::new(),
            waits: Vec::new(),
            marks: Vec::new(),
            deltas: 0,
            gap_ms: timing.gap_ms,
            fault,
            end: None,
            full_length: None,
        };
        tape.wait(timing.first_ms);
        tape
    }

    /// Adds bytes that belong to the structure of the stream.
    pub(crate) fn frame(&mut self, bytes: &[u8]) {
        if self.end.is_none() && !(self.deltas > 0 && self.break_off_at_delta()) {
            self.marks.push(self.bytes.len());
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// Adds a delta. The pause comes before it, unless it is the first delta.
    pub(crate) fn delta(&mut self, bytes: &[u8]) {
        if self.end.is_some() || self.break_off_at_delta() {
            return;
        }
        if self.deltas > 0 {
            self.wait(self.gap_ms);
        }
        self.frame(bytes);
        self.deltas += 1;
    }

    pub(crate) fn wait(&mut self, ms: u64) {
        if ms > 0 && self.end.is_none() {
            self.waits.push((self.bytes.len(), ms));
        }
    }

    pub(crate) fn halt(&mut self, how: How) {
        self.end.get_or_insert(how);
    }

    /// Ends a stream: removes the parts that the script omits, and applies a fault at a byte.
    pub(crate) fn finish(&mut self, wire: &Wire) {
        if self.end.is_none() {
            let ends = |bytes: &[u8]| bytes.iter().rev().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
            let length = wire.line_end.as_str().len();
            if wire.omits(Part::LastNewline) {
                self.truncate(self.bytes.len() - ends(&self.bytes));
            } else if wire.omits(Part::LastBlankLine) && ends(&self.bytes) >= 2 * length {
                self.truncate(self.bytes.len() - length);
            }
        }
        self.break_off_at_byte();
    }

    fn break_off_at_delta(&mut self) -> bool {
        let due = self.fault.as_ref().filter(|(fault, _)| fault.after_bytes.is_none());
        let Some((fault, last_words)) = due.filter(|(fault, _)| fault.after_deltas == Some(self.deltas)) else {
            return false;
        };
        self.end = Some(fault.how.clone());
        self.marks.push(self.bytes.len());
        self.bytes.extend_from_slice(last_words);
        true
    }

    fn break_off_at_byte(&mut self) {
        let Some((fault, last_words)) = &self.fault else { return };
        let Some(at) = fault.after_bytes.filter(|at| *at < self.bytes.len()) else { return };
        let (how, last_words) = (fault.how.clone(), last_words.clone());
        self.full_length = Some(self.bytes.len());
        self.truncate(at);
        self.end = Some(how);
        self.marks.push(at);
        self.bytes.extend_from_slice(&last_words);
    }

    fn truncate(&mut self, length: usize) {
        self.bytes.truncate(length);
        self.waits.retain(|(at, _)| *at <= length);
        self.marks.retain(|at| *at < length);
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The length of the body, or of the complete body when it was cut.
    pub(crate) fn full_length(&self) -> usize {
        self.full_length.unwrap_or(self.bytes.len())
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(crate) fn waits(&self) -> &[(usize, u64)] {
        &self.waits
    }

    pub(crate) fn marks(&self) -> &[usize] {
        &self.marks
    }

    /// How the body ends; properly, when the script names no fault.
    pub(crate) fn end(&self) -> &How {
        self.end.as_ref().unwrap_or(&How::End)
    }
}
