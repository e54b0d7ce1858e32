//! Mends texts that are almost JSON, as some servers write them.

use std::fmt::Write as _;

/// What programs in Python and C write for numbers that JSON does not have. They become `null`.
const NO_NUMBERS: [&str; 4] = ["NaN", "Infinity", "-Infinity", "-NaN"];

/// The text with `null` for numbers that JSON does not have, with control characters in strings escaped, and without
/// the characters after its value. Characters that could be another value stay.
pub(super) fn mended(text: &str) -> String {
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
