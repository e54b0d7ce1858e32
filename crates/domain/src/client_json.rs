//! What is wrong with JSON that clients send, in words for people.

use crate::almost_json::no_number;

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// The text of a body, without a byte order mark. JSON is sent as UTF-8 (RFC 8259, 8.1).
///
/// # Errors
/// What is wrong, as the rest of a sentence about the body, with the place of the first wrong byte, counted from 0.
pub fn client_text(bytes: &[u8]) -> Result<&str, String> {
    let text = bytes.strip_prefix(MARK).unwrap_or(bytes);
    std::str::from_utf8(text).map_err(|error| {
        let at = bytes.len() - text.len() + error.valid_up_to();
        let byte = bytes.get(at).map(|byte| format!(" (0x{byte:02X})")).unwrap_or_default();
        format!("is not UTF-8: the byte at position {at}{byte} cannot stand there; send the text as UTF-8")
    })
}

/// Why this text is not JSON. `error` is what the parser says, and it says nothing of numbers that JSON does not have.
pub fn why_no_json(text: &str, error: &serde_json::Error) -> String {
    match no_number(text) {
        Some(word) => format!("it has {word}, which is no number of JSON; send null or a text instead"),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_skipped_and_a_wrong_byte_is_named() {
        assert_eq!(client_text("\u{FEFF}{\"a\":\"ü\"}".as_bytes()), Ok("{\"a\":\"ü\"}"));
        let wrong = |at: &str| {
            Err(format!("is not UTF-8: the byte at position {at} cannot stand there; send the text as UTF-8"))
        };
        assert_eq!(client_text(b"{\"a\":\"na\xEFve\"}"), wrong("8 (0xEF)"), "Latin-1");
        assert_eq!(client_text(b"\xEF\xBB\xBF\"\xFF\""), wrong("4 (0xFF)"));
        assert_eq!(client_text(b"\xFF\xFE{\0}\0"), wrong("0 (0xFF)"), "UTF-16");
    }

    #[test]
    fn numbers_that_json_does_not_have_are_named() {
        for (text, word) in [
            (r#"{"a": NaN}"#, "NaN"),
            (r#"{"a": [1, Infinity]}"#, "Infinity"),
            (r#"{"a": "NaN", "b": -Infinity}"#, "-Infinity"),
        ] {
            let error = serde_json::from_str::<serde_json::Value>(text).unwrap_err();
            let expected = format!("it has {word}, which is no number of JSON; send null or a text instead");
            assert_eq!(why_no_json(text, &error), expected);
        }
        let text = r#"{"a": "NaN \" Infinity" "#;
        let error = serde_json::from_str::<serde_json::Value>(text).unwrap_err();
        assert_eq!(why_no_json(text, &error), error.to_string());
    }
}
