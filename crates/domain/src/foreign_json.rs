//! JSON text that comes from elsewhere: models, tools, clients.
//!
//! JSON escapes code units of UTF-16, so a text that was cut between the two halves of a surrogate pair is escaped as
//! an unpaired half. Strict parsers refuse the whole document then. These functions replace such a half instead.

use std::fmt::Write as _;

use serde::de::DeserializeOwned;

/// Parses JSON text. Each unpaired surrogate escape becomes U+FFFD.
///
/// # Errors
/// Fails for text that is not JSON, or not the shape of `T`.
pub fn read_foreign_json<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    match serde_json::from_str(text) {
        Ok(value) => Ok(value),
        Err(error) => match replace_unpaired_surrogates(text, |_| char::REPLACEMENT_CHARACTER) {
            Some(replaced) => serde_json::from_str(&replaced),
            None => Err(error),
        },
    }
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
    use super::*;

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
