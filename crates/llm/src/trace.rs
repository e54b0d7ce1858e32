//! The trace that a call is part of (W3C Trace Context), as far as this product needs it.

use std::fmt;
use std::num::NonZeroU64;

use uuid::Uuid;

/// The trace that a call is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    /// The id of the trace.
    pub trace_id: Uuid,
    /// The span that made the call; absent when only the trace is known.
    pub parent: Option<NonZeroU64>,
}

impl Trace {
    /// Reads the header `traceparent`: `00-<32 hex>-<16 hex>-<2 hex>`. Returns `None` for anything else.
    pub fn of_traceparent(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let (version, trace, parent) = (parts.next()?, parts.next()?, parts.next()?);
        let is_hex = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_hex(version, 2) || version == "ff" || !is_hex(trace, 32) || !is_hex(parent, 16) {
            return None;
        }
        let trace_id = Uuid::try_parse(trace).ok().filter(|id| !id.is_nil())?;
        Some(Self { trace_id, parent: NonZeroU64::new(u64::from_str_radix(parent, 16).ok()?) })
    }

    /// Reads a trace id in the form of a UUID, which the rest of the product uses. Returns `None` for other texts and
    /// for the nil UUID.
    pub fn of_id(text: &str) -> Option<Self> {
        let trace_id = Uuid::parse_str(text).ok().filter(|id| !id.is_nil())?;
        Some(Self { trace_id, parent: None })
    }
}

/// Writes the header `traceparent`. Without a parent, the last half of the trace id stands for it, because the header
/// must name a parent.
impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parent = self.parent.map_or(self.trace_id.as_u64_pair().1.max(1), NonZeroU64::get);
        write!(f, "00-{}-{parent:016x}-01", self.trace_id.simple())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceparent_is_read_and_written_unchanged() {
        let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let trace = Trace::of_traceparent(text).unwrap();
        assert_eq!(trace.trace_id.to_string(), "4bf92f35-77b3-4da6-a3ce-929d0e0e4736");
        assert_eq!(trace.to_string(), text);
    }

    #[test]
    fn a_trace_without_a_parent_still_makes_a_valid_header() {
        let trace = Trace::of_id("4bf92f35-77b3-4da6-a3ce-929d0e0e4736").unwrap();
        assert_eq!(trace.to_string(), "00-4bf92f3577b34da6a3ce929d0e0e4736-a3ce929d0e0e4736-01");
        assert_eq!(Trace::of_traceparent(&trace.to_string()).unwrap().trace_id, trace.trace_id);
    }

    #[test]
    fn invalid_texts_are_no_trace() {
        for text in [
            "",
            "00-short-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736",
        ] {
            assert_eq!(Trace::of_traceparent(text), None, "{text:?}");
        }
        assert_eq!(Trace::of_traceparent("00-00000000000000000000000000000000-00f067aa0ba902b7-01"), None);
        assert_eq!(Trace::of_id("00000000-0000-0000-0000-000000000000"), None);
    }
}
