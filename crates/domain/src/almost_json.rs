//! Mends texts that are almost JSON, as some servers write them. Halves of surrogate pairs are left to
//! [`read_foreign_json`](crate::read_foreign_json).

use std::fmt::Write as _;

/// What programs in Python and C write for numbers that JSON does not have. They become `null`.
const NO_NUMBERS: [&str; 4] = ["NaN", "Infinity", "-Infinity", "-NaN"];

/// The text with `null` for numbers that JSON does not have, with control characters in strings escaped, and without
/// the characters after its value. Characters that could be another value stay.
pub fn mend_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut place = Place::default();
    let mut at = 0;
    let last_object = text.rfind('{');
    while let Some(character) = text[at..].chars().next() {
        let word = NO_NUMBERS.iter().find(|word| !place.in_string && text[at..].starts_with(**word));
        at += word.map_or(character.len_utf8(), |word| word.len());
        match word {
            Some(_) => out.push_str("null"),
            None => place.write(character, &mut out),
        }
        if place.is_after_value(character) && last_object.is_none_or(|last| last < at) {
            break;
        }
    }
    out
}

/// The first number of the text that JSON does not have.
pub(crate) fn no_number(text: &str) -> Option<&'static str> {
    let (mut place, mut out) = (Place::default(), String::new());
    text.char_indices().find_map(|(at, character)| {
        let is_value = !place.in_string;
        out.clear();
        place.write(character, &mut out);
        NO_NUMBERS.into_iter().find(|word| is_value && text[at..].starts_with(word))
    })
}

/// Where in the text the next character is.
#[derive(Debug, Default)]
struct Place {
    in_string: bool,
    after_backslash: bool,
    depth: usize,
}

impl Place {
    /// Takes a character and writes it so that it is allowed there.
    fn write(&mut self, character: char, out: &mut String) {
        if self.in_string {
            self.write_in_string(character, out);
            return;
        }
        match character {
            '"' => self.in_string = true,
            '{' | '[' => self.depth += 1,
            '}' | ']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        out.push(character);
    }

    fn write_in_string(&mut self, character: char, out: &mut String) {
        if character < ' ' {
            // A backslash before it stands for itself.
            out.push_str(if self.after_backslash { "\\" } else { "" });
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{:04x}", u32::from(character));
        } else {
            out.push(character);
        }
        self.in_string = self.after_backslash || character != '"';
        self.after_backslash = !self.after_backslash && character == '\\';
    }

    fn is_after_value(&self, last: char) -> bool {
        !self.in_string && self.depth == 0 && matches!(last, '}' | ']')
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::mend_json;
    use crate::read_foreign_json;

    #[test]
    fn what_json_does_not_have_is_replaced_and_all_else_stays() {
        for (written, read) in [
            (
                r#"{"a": NaN, "b": [-Infinity, Infinity, -NaN], "c": "NaN"}"#,
                json!({"a": null, "b": [null, null, null], "c": "NaN"}),
            ),
            (
                r#"["\ud800", "\udc00x", "\ud83d\ude00", "\ud800\u0041"]"#,
                json!(["\u{fffd}", "\u{fffd}x", "😀", "\u{fffd}A"]),
            ),
            ("[\"a\nb\", \"\\\\\", \"\\\"NaN\"]", json!(["a\nb", "\\", "\"NaN"])),
            ("{\"a\": 1}\0\0", json!({"a": 1})),
        ] {
            assert_eq!(read_foreign_json::<Value>(&mend_json(written)).unwrap(), read, "{written}");
        }
        for broken in ["<html>ok", r#"{"a": "#, r#"["\u12"#, r"\", "Nan", r#"{"a": 1}{"b": 2}"#] {
            assert!(read_foreign_json::<Value>(&mend_json(broken)).is_err(), "{broken}");
        }
    }
}
