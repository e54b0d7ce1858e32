use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::{Limits, Refusal};

/// What is left of the limits while one file is read.
pub(crate) struct Budget<'a> {
    pub(crate) limits: &'a Limits,
    deadline: Instant,
    text: Cell<u64>,
    held: Cell<u64>,
    passages: Cell<u64>,
    unpacked: Cell<u64>,
}

/// What a block or a cell takes beside its text.
pub(crate) const OF_A_PIECE: u64 = 32;
/// What an entry of a list that a reader keeps beside the text takes.
const OF_AN_ENTRY: u64 = 64;

impl<'a> Budget<'a> {
    pub(crate) fn new(limits: &'a Limits) -> Self {
        let deadline = Instant::now() + Duration::from_secs(limits.seconds);
        Self {
            limits,
            deadline,
            text: Cell::new(0),
            held: Cell::new(0),
            passages: Cell::new(0),
            unpacked: Cell::new(0),
        }
    }

    /// Time that is left.
    pub(crate) fn time(&self) -> Result<Duration, Refusal> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(Refusal::TooSlow { seconds: self.limits.seconds }) } else { Ok(left) }
    }

    /// Pays for a piece of text that is kept.
    pub(crate) fn keep(&self, text: &str) -> Result<(), Refusal> {
        let used = self.text.get().saturating_add(text.len() as u64).saturating_add(OF_A_PIECE);
        self.text.set(used);
        at_most(used, self.limits.text_bytes, "bytes of text")
    }

    /// Pays for what a format says of its repetitions, such as the name of the sheet that each of its blocks carries.
    pub(crate) fn repeat(&self, bytes: usize) -> Result<(), Refusal> {
        let used = self.text.get().saturating_add(bytes as u64);
        self.text.set(used);
        at_most(used, self.limits.text_bytes, "bytes of text")
    }

    /// Pays for what a reader keeps beside the text: styles, texts that cells refer to, relations of parts. It has a
    /// limit of its own, as large as that of the text, because most of it becomes text.
    ///
    /// # Arguments
    /// * `bytes`: those of the texts in it.
    /// * `entries`: how many entries of a list it adds.
    pub(crate) fn hold(&self, bytes: usize, entries: u64) -> Result<(), Refusal> {
        let used = self.held.get().saturating_add(bytes as u64).saturating_add(entries * OF_AN_ENTRY);
        self.held.set(used);
        at_most(used, self.limits.text_bytes, "bytes of text")
    }

    /// Pays for a passage, with all that is repeated in it. Passages may have twice the text, for the headings above
    /// them.
    pub(crate) fn passage(&self, bytes: u64) -> Result<(), Refusal> {
        let used = self.passages.get().saturating_add(bytes).saturating_add(OF_AN_ENTRY);
        self.passages.set(used);
        at_most(used, self.limits.text_bytes.saturating_mul(2), "bytes of passages with their headings")
    }

    /// Whether a text that is not complete may grow by `more` bytes.
    pub(crate) fn may_grow(&self, text: &str, more: usize) -> Result<(), Refusal> {
        at_most((text.len() as u64).saturating_add(more as u64), self.limits.text_bytes, "bytes of text")
    }

    /// Bytes that may still be unpacked.
    pub(crate) fn unpackable(&self) -> u64 {
        self.limits.unpacked_bytes.saturating_sub(self.unpacked.get())
    }

    /// Pays for bytes that came out of an archive.
    pub(crate) fn unpack(&self, bytes: u64) -> Result<(), Refusal> {
        let used = self.unpacked.get().saturating_add(bytes);
        self.unpacked.set(used);
        at_most(used, self.limits.unpacked_bytes, "bytes when unpacked")
    }

    pub(crate) fn page(&self, number: u64, unit: &'static str) -> Result<(), Refusal> {
        at_most(number, self.limits.pages, unit)
    }
}

pub(crate) fn at_most(used: u64, limit: u64, unit: &'static str) -> Result<(), Refusal> {
    if used > limit { Err(Refusal::TooLarge { limit, unit }) } else { Ok(()) }
}
