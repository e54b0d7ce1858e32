//! JSON text that comes from elsewhere: models, tools, clients.
//!
//! JSON escapes code units of UTF-16, so a text that was cut between the two halves of a surrogate pair is escaped as
//! an unpaired half. Strict parsers refuse the whole document then. These functions replace such a half instead.
//!
//! JSON has integers of any length, such as account numbers of twenty digits. A parser that makes floats of them
//! changes their last digits. These functions make strings of them instead: people and models see the digits, and a
//! schema that asks for an integer refuses the value. Numbers such as `1e999` become strings too: no float holds them.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::de::{DeserializeOwned, IgnoredAny};

/// Parses JSON text. Each unpaired surrogate escape becomes U+FFFD. Long integers become strings, see [`keep_digits`].
///
/// # Errors
/// Fails for text that is not JSON, or not the shape of `T`.
pub fn read_foreign_json<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    let text = keep_digits(text);
    match serde_json::from_str(&text) {
        Ok(value) => Ok(value),
        Err(error) => match replace_unpaired_surrogates(&text, |_| char::REPLACEMENT_CHARACTER) {
            Some(replaced) => serde_json::from_str(&replaced),
            None => Err(error),
        },
    }
}

/// The JSON text with each integer that neither `i64` nor `u64` holds, and each other number that no float holds, as a
/// string of its digits. Other fractions and numbers with an exponent stay.
pub fn keep_digits(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let (mut at, mut copied) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        let begin = at;
        let is_number = matches!(byte, b'-' | b'0'..=b'9');
        at = match byte {
            b'"' => end_of_string(bytes, at),
            _ if is_number => end_of_number(bytes, at),
            _ => at + 1,
        };
        if is_number && (is_long_integer(&text[begin..at]) || is_beyond_floats(&text[begin..at])) {
            // Writing to a string cannot fail.
            let _ = write!(out, "{}\"{}\"", &text[copied..begin], &text[begin..at]);
            copied = at;
        }
    }
    if copied == 0 { text.into() } else { (out + &text[copied..]).into() }
}

fn end_of_string(bytes: &[u8], begin: usize) -> usize {
    let mut at = begin + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn end_of_number(bytes: &[u8], begin: usize) -> usize {
    let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    begin + bytes[begin..].iter().take_while(|byte| is_part(byte)).count()
}

fn is_long_integer(number: &str) -> bool {
    /// No integer with fewer digits is too long.
    const LEAST_DIGITS: usize = 19;
    let digits = number.strip_prefix('-').unwrap_or(number);
    digits.len() >= LEAST_DIGITS
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && number.parse::<i64>().is_err()
        && number.parse::<u64>().is_err()
}

fn is_beyond_floats(number: &str) -> bool {
    /// No number with fewer digits and without an exponent is too large.
    const LEAST_DIGITS: usize = 300;
    (number.len() >= LEAST_DIGITS || number.contains(['e', 'E']))
        && number.parse::<f64>().is_ok_and(f64::is_infinite)
        && serde_json::from_str::<IgnoredAny>(number).is_ok()
}

/// Replaces each unpaired surrogate escape of JSON text.
///
/// # Arguments
/// `replacement` gets the code unit, 0xD800 to 0xDFFF, and returns the character that stands for it.
///
/// Returns `None` when the text has no such escape.
pub fn replace_unpaired_surrogates(text: &str, replacement: impl Fn(u16) -> char) -> Option<String> {
    let mut out: Option<String> = None;
    let (mut at, mut copied) = (0, 0);
    while let Some(found) = text[at..].find('\\') {
        at += found;
        let Some(unit) = escaped_unit(text, at) else {
            // A short escape, `\n` for example: the character after the backslash is skipped with it.
            at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8);
            continue;
        };
        match unit {
            0xD800..=0xDBFF if matches!(escaped_unit(text, at + 6), Some(0xDC00..=0xDFFF)) => at += 12,
            0xD800..=0xDFFF => {
                let out = out.get_or_insert_with(String::new);
                // Writing to a string cannot fail.
                let _ = write!(out, "{}{}", &text[copied..at], replacement(unit));
                at += 6;
                copied = at;
            }
            _ => at += 6,
        }
    }
    out.map(|out| out + &text[copied..])
}

/// The code unit of a `\uXXXX` escape that begins at this byte.
fn escaped_unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..)?.strip_prefix("\\u")?.get(..4)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex { u16::from_str_radix(digits, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn an_integer_keeps_its_digits() {
        for (text, value) in [
            (r#"{"account": 40817810099910004312}"#, json!({ "account": "40817810099910004312" })),
            ("[-40817810099910004312,1]", json!(["-40817810099910004312", 1])),
            ("18446744073709551616", json!("18446744073709551616")),
            ("18446744073709551615", json!(u64::MAX)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("-9223372036854775809", json!("-9223372036854775809")),
            ("40817810099910004312.5", json!(40_817_810_099_910_004_312.5)),
            ("4e19", json!(4e19)),
            ("40817810099910004312e1", json!(408_178_100_999_100_043_120.0)),
            (
                r#"["\"40817810099910004312", "é 40817810099910004312"]"#,
                json!(["\"40817810099910004312", "é 40817810099910004312"]),
            ),
            (r#"{"a": 1e999, "b": [-1.5E+400], "c": 1e-999}"#, json!({ "a": "1e999", "b": ["-1.5E+400"], "c": 0.0 })),
            (r#"["\ud83d", 40817810099910004312]"#, json!(["\u{FFFD}", "40817810099910004312"])),
        ] {
            assert_eq!(read_foreign_json::<Value>(text).unwrap(), value, "{text}");
        }
        for text in [
            "00000000000000000001",
            "4081781009991000431240817810099910004312-1",
            "\"40817810099910004312",
            "01e999",
            "1e999-1",
            "1.e999",
            "-",
            "…",
            "\"\\…",
        ] {
            assert_eq!(keep_digits(text), text, "broken JSON stays broken");
        }
    }

    #[test]
    fn an_unpaired_half_becomes_the_replacement_character() {
        for (json, text) in [
            (r#""A\ud83d""#, "A\u{FFFD}"),
            (r#""\ude00B""#, "\u{FFFD}B"),
            (r#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"),
            (r#""\ud83d\n\ude00""#, "\u{FFFD}\n\u{FFFD}"),
            (r#""\\ud83d""#, "\\ud83d"),
            (r#""é\\\ud83d\u0041""#, "é\\\u{FFFD}A"),
            (r#""\uD83D\uDE00""#, "😀"),
        ] {
            assert_eq!(read_foreign_json::<String>(json).unwrap(), text, "{json}");
        }
    }

    #[test]
    fn text_without_unpaired_halves_stays() {
        for json in ["", "{}", r#""\ud83d\ude00""#, r#""\\ud83d""#, r#""\"#, r#""\u12"#, r#""\é"#] {
            assert_eq!(replace_unpaired_surrogates(json, |_| 'x'), None, "{json}");
        }
        assert!(read_foreign_json::<String>(r#""\ud83d"#).is_err(), "broken JSON stays broken");
    }
}
