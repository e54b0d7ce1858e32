//! JSON as services write it: with `NaN`, halves of surrogate pairs and raw control characters, which JSON does not
//! have.

use std::fmt::Write as _;

/// The text with `NaN` and infinities as `null`, lone surrogates as U+FFFD and control characters in texts escaped.
pub(super) fn mended(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = match rest.strip_prefix('"') {
            Some(literal) => string(literal, &mut out),
            None => outside(rest, c, &mut out),
        };
    }
    out
}

fn outside<'a>(text: &'a str, c: char, out: &mut String) -> &'a str {
    if let Some(rest) = ["NaN", "Infinity", "-Infinity"].iter().find_map(|word| text.strip_prefix(word)) {
        out.push_str("null");
        return rest;
    }
    out.push(c);
    &text[c.len_utf8()..]
}

/// Copies a text whose opening quote was read; returns what comes after it.
fn string<'a>(text: &'a str, out: &mut String) -> &'a str {
    out.push('"');
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                out.push('"');
                break;
            }
            '\\' => chars = escape(chars.as_str(), out).chars(),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    chars.as_str()
}

/// Copies an escape whose backslash was read; returns what comes after it.
fn escape<'a>(text: &'a str, out: &mut String) -> &'a str {
    const UNIT: usize = "u0000".len();
    const PAIR: usize = r"u0000\u0000".len();
    let is_low = |unit: u32| (0xDC00..0xE000).contains(&unit);
    let copied = match unit(text) {
        Some(high) if (0xD800..0xDC00).contains(&high) => {
            let low = text[UNIT..].strip_prefix('\\').and_then(unit);
            if !low.is_some_and(is_low) {
                out.push_str("\\ufffd");
                return &text[UNIT..];
            }
            PAIR
        }
        Some(low) if is_low(low) => {
            out.push_str("\\ufffd");
            return &text[UNIT..];
        }
        _ => text.chars().next().map_or(0, char::len_utf8),
    };
    let (escape, rest) = text.split_at(copied);
    out.push('\\');
    out.push_str(escape);
    rest
}

/// The code unit of `uXXXX`.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix('u')?.get(..4)?;
    digits.chars().all(|c| c.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::mended;

    #[test]
    fn what_json_does_not_have_is_replaced_and_all_else_stays() {
        for (written, read) in [
            (
                r#"{"a": NaN, "b": [-Infinity, Infinity], "c": "NaN"}"#,
                json!({"a": null, "b": [null, null], "c": "NaN"}),
            ),
            (
                r#"["\ud800", "\udc00x", "\ud83d\ude00", "\ud800\u0041"]"#,
                json!(["\u{fffd}", "\u{fffd}x", "😀", "\u{fffd}A"]),
            ),
            ("[\"a\nb\", \"\\\\\", \"\\\"NaN\"]", json!(["a\nb", "\\", "\"NaN"])),
        ] {
            assert_eq!(serde_json::from_str::<Value>(&mended(written)).unwrap(), read, "{written}");
        }
        for broken in ["<html>ok", r#"{"a": "#, r#"["\u12"#, r"\", "Nan"] {
            assert!(serde_json::from_str::<Value>(&mended(broken)).is_err(), "{broken}");
        }
    }
}
