//! What is kept of a receiver's answer: a stranger's text, for people to read.

use artel_domain::names::visible;

/// Bytes that are read.
pub(crate) const MOST_BYTES: usize = 2048;
const MOST_CHARACTERS: usize = 300;

/// One short line without what controls a display or is not seen. `None`: nothing is left.
pub(crate) fn neutral(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let text: String = visible(text.trim()).chars().take(MOST_CHARACTERS).collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_one_short_line_of_what_can_be_seen() {
        assert_eq!(neutral(b"  ok\r\n").as_deref(), Some("ok"));
        assert_eq!(neutral("a\u{1b}[31mb\nc\u{202e}d\u{0}".as_bytes()).as_deref(), Some("a[31mb cd"));
        assert_eq!(neutral(&[0xff, b'x']).as_deref(), Some("\u{fffd}x"));
        assert_eq!(neutral(b"\x00\r\n"), None);
        assert_eq!(neutral("я".repeat(1000).as_bytes()).unwrap().chars().count(), MOST_CHARACTERS);
    }
}
