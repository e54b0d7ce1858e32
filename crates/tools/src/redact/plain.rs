//! One form for all the ways in which services write a text: percent-encoded, escaped in JSON or in HTML, up to eight
//! times. A secret is looked for in this form, so that it does not matter which of its characters were encoded.

/// How often a text is read again, because what was decoded was encoded too.
const MOST_PASSES: usize = 8;

/// What becomes of white space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// Spaces stay. A line break is the letter of its escape, because nobody knows what a backslash escapes.
    Kept,
    /// It is left out, however it is escaped: many encoders break long lines of base64, wherever that is.
    Skipped,
}

/// A text in its plain form, and where each byte of it comes from.
pub(super) struct Plain {
    space: Space,
    pub(super) bytes: Vec<u8>,
    /// For each byte, where its writing begins in the text; `None` where that is the byte's own place.
    starts: Option<Vec<u32>>,
    /// The length of the text.
    end: usize,
}

impl Plain {
    /// The plain form. Backslashes are left out. Where spaces are kept, `+` is one, as in forms.
    pub(super) fn of(text: &str, space: Space) -> Self {
        let mut plain = Self { space, bytes: Vec::new(), starts: None, end: text.len() };
        match space {
            Space::Kept => plain.bytes = text.bytes().map(letter).collect(),
            Space::Skipped => {
                let kept = text.bytes().enumerate().filter(|(_, byte)| !byte.is_ascii_whitespace());
                let (starts, bytes): (Vec<u32>, Vec<u8>) =
                    kept.map(|(at, byte)| (u32::try_from(at).unwrap_or(u32::MAX), byte)).unzip();
                (plain.bytes, plain.starts) = (bytes, Some(starts));
            }
        }
        for _ in 0..MOST_PASSES {
            if !plain.bytes.iter().any(|byte| matches!(byte, b'%' | b'&' | b'\\')) || !plain.decode() {
                break;
            }
        }
        plain
    }

    /// The place in the text of a range of the plain form.
    pub(super) fn place(&self, from: usize, to: usize) -> (usize, usize) {
        (self.start(from), self.start(to))
    }

    fn start(&self, at: usize) -> usize {
        if at >= self.bytes.len() {
            return self.end;
        }
        self.starts.as_ref().map_or(at, |starts| starts[at] as usize)
    }

    /// Undoes one encoding. `false` when there was none.
    fn decode(&mut self) -> bool {
        let (mut bytes, mut starts) = (Vec::with_capacity(self.bytes.len()), Vec::with_capacity(self.bytes.len()));
        let (mut at, mut is_changed) = (0, false);
        while at < self.bytes.len() {
            let start = self.start(at);
            let backslashes = self.bytes[at..].iter().take_while(|byte| **byte == b'\\').count();
            at += backslashes;
            is_changed |= backslashes > 0;
            let Some(first) = self.bytes.get(at) else { break };
            if self.space == Space::Skipped && backslashes > 0 && matches!(first, b'n' | b'r' | b't') {
                at += 1;
                continue;
            }
            let written = match first {
                b'u' if backslashes > 0 => unicode(&self.bytes, at),
                b'%' => percent(&self.bytes, at),
                b'&' => entity(&self.bytes, at),
                _ => None,
            };
            is_changed |= written.is_some();
            let (decoded, end) = written.unwrap_or((Written::Byte(*first), at + 1));
            let before = bytes.len();
            match decoded {
                Written::Byte(byte) => self.push(&mut bytes, byte),
                Written::Letter(decoded) => {
                    decoded.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| self.push(&mut bytes, byte));
                }
            }
            starts.resize(starts.len() + bytes.len() - before, u32::try_from(start).unwrap_or(u32::MAX));
            at = end;
        }
        (self.bytes, self.starts) = (bytes, Some(starts));
        is_changed
    }

    fn push(&self, bytes: &mut Vec<u8>, byte: u8) {
        match self.space {
            Space::Kept => bytes.push(letter(byte)),
            Space::Skipped if byte.is_ascii_whitespace() => {}
            Space::Skipped => bytes.push(byte),
        }
    }
}

/// The byte by which a byte is compared.
fn letter(byte: u8) -> u8 {
    match byte {
        b'+' => b' ',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        other => other,
    }
}

enum Written {
    Byte(u8),
    Letter(char),
}

fn hex(bytes: &[u8], at: usize, digits: usize) -> Option<u32> {
    let digits = bytes.get(at..at + digits).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// `%2F`, and `%252F` as often as it was encoded.
fn percent(bytes: &[u8], at: usize) -> Option<(Written, usize)> {
    let mut at = at + 1;
    while bytes.get(at..at + 2) == Some(b"25") && hex(bytes, at + 2, 2).is_some() {
        at += 2;
    }
    let byte = hex(bytes, at, 2)?;
    Some((Written::Byte(u8::try_from(byte).ok()?), at + 2))
}

/// `u002f`, or the two halves of a letter beyond U+FFFF. The backslash before it was read.
fn unicode(bytes: &[u8], at: usize) -> Option<(Written, usize)> {
    let (first, end) = (hex(bytes, at + 1, 4)?, at + 5);
    let second = || {
        let backslashes = bytes[end..].iter().take_while(|byte| **byte == b'\\').count();
        let low = hex(bytes, end + backslashes + 1, 4).filter(|low| (0xDC00..0xE000).contains(low))?;
        let letter = char::from_u32(0x10000 + ((first - 0xD800) << 10) + (low - 0xDC00))?;
        Some((Written::Letter(letter), end + backslashes + 5))
    };
    match char::from_u32(first) {
        Some(letter) => Some((Written::Letter(letter), end)),
        None if (0xD800..0xDC00).contains(&first) => second(),
        None => None,
    }
}

/// `&#47;`, `&#x2f;` and the names that every encoder writes.
fn entity(bytes: &[u8], at: usize) -> Option<(Written, usize)> {
    const LONGEST: usize = 10;
    let length = bytes[at..].iter().take(LONGEST).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&bytes[at + 1..at + length]).ok()?;
    let letter = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        other => {
            let number = other.strip_prefix('#')?;
            let hexadecimal = number.strip_prefix(['x', 'X']);
            let code = hexadecimal.map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok());
            char::from_u32(code?)?
        }
    };
    Some((Written::Letter(letter), at + length + 1))
}

#[cfg(test)]
mod tests {
    use super::{Plain, Space};

    fn plain(text: &str) -> String {
        String::from_utf8(of(text).bytes).unwrap()
    }

    fn of(text: &str) -> Plain {
        Plain::of(text, Space::Kept)
    }

    #[test]
    fn every_way_to_write_a_text_has_one_form() {
        for text in [
            "qcanary/WW=99",
            "qcanary%2FWW%3D99",
            "qcanary/WW%3d99",
            "qcanary%252fWW%25253D99",
            "%71canary\\/WW\\u003d99",
            "qcanary\\\\u002FWW\\u003D99",
            "qcanary&#47;WW&#x3D;99",
        ] {
            assert_eq!(plain(text), "qcanary/WW=99", "{text}");
        }
        assert_eq!(plain("a%20b"), plain("a+b"));
        assert_eq!(plain("\\ud83d\\ude00\\u0416"), "😀Ж");
        assert_eq!(plain("{\\\"a\\\": \\\"b\\nc\\\"}"), plain("{\"a\": \"b\nc\"}"));
        for odd in ["100%", "%2", "%zz", "\\u12", "\\ud83d", "a & b", "&nothing;", "\\", ""] {
            let _ = (of(odd), Plain::of(odd, Space::Skipped));
        }
    }

    #[test]
    fn what_is_encoded_once_more_has_the_same_form() {
        for secret in ["50%41", "50%25x", "%25ab", "a\\b", "a\\u0041", "a&amp;b", "%%25%", "+ +"] {
            let encoded = secret.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat();
            let escaped = serde_json::to_string(secret).unwrap();
            for written in [&*encoded, escaped.trim_matches('"')] {
                assert_eq!(of(written).bytes, of(secret).bytes, "{secret}");
            }
        }
    }

    #[test]
    fn a_range_is_found_again_in_the_text() {
        let text = "x%2Fsec\\\"ret;";
        let form = of(text);
        let (from, to) = form.place(1, form.bytes.len() - 1);
        assert_eq!(&text[from..to], "%2Fsec\\\"ret");
    }

    #[test]
    fn white_space_is_skipped_however_it_is_written() {
        for text in [
            "ab+/\ncd",
            "ab+/\r\n  cd",
            "ab+/\\ncd",
            "ab+\\/\\\\r\\\\ncd",
            "ab+/%0D%0Acd",
            "ab+/&#13;&#10;cd",
            "ab\\u002b/\\u000acd",
        ] {
            let form = Plain::of(text, Space::Skipped);
            assert_eq!(form.bytes, b"ab+/cd", "{text}");
            let (from, to) = form.place(1, 5);
            assert!(text[from..to].starts_with('b') && text[from..to].ends_with('c'), "{text}");
        }
    }
}
