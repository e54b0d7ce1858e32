use std::fmt;
use std::str::FromStr;

use artel_http::Problem;
use axum::http::HeaderMap;

/// Where an event stands: the number of its journal entry, and which of the entry's events it is. The first one's id is
/// the number alone, and those after it have `.1`, `.2` and so on behind it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cursor {
    pub(super) seq: i64,
    pub(super) part: u16,
}

impl Cursor {
    /// What a reader has seen by the header `Last-Event-ID`; without it, nothing.
    pub(super) fn last_seen(headers: &HeaderMap) -> Result<Self, Problem> {
        let Some(value) = headers.get("last-event-id") else { return Ok(Self::default()) };
        let seen = value.to_str().ok().and_then(|text| text.trim().parse().ok());
        seen.ok_or_else(|| Problem::invalid_field("Last-Event-ID", "must be the id of an event"))
    }
}

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (seq, part) = text.split_once('.').unwrap_or((text, "0"));
        let seq = seq.parse().ok().filter(|seq: &i64| *seq >= 0).ok_or(())?;
        Ok(Self { seq, part: part.parse().map_err(drop)? })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part {
            0 => write!(f, "{}", self.seq),
            part => write!(f, "{}.{part}", self.seq),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_was_written_and_orders_what_it_names() {
        for text in ["0", "7", "7.1", "7.12", "8"] {
            assert_eq!(text.parse::<Cursor>().unwrap().to_string(), text);
        }
        let at = |text: &str| text.parse::<Cursor>().unwrap();
        assert!(at("7") < at("7.1") && at("7.2") < at("7.10") && at("7.10") < at("8"));
        for bad in ["", "-1", "x", "7.", "7.x", "7.1.2", "7.-1"] {
            assert_eq!(bad.parse::<Cursor>(), Err(()), "{bad}");
        }
    }
}
