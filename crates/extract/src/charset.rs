//! From bytes to characters, when nobody says how they are encoded.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes from which an encoding is told.
const LOOKED_AT: usize = 256 * 1024;
/// Where a page may say how it is encoded.
const HEAD: usize = 2048;
/// A short text that may be in several encodings is more likely Russian than anything else.
const LIKELY: &[u8] = b"ru";

/// The text, or nothing when the bytes are none.
///
/// # Arguments
/// * `named`: the encoding that the document or its envelope names. A byte order mark weighs more.
pub(crate) fn decoded(bytes: &[u8], named: Option<&str>) -> Option<String> {
    let named = named.and_then(|name| Encoding::for_label(name.as_bytes()));
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None => utf_16(bytes).or(named).unwrap_or_else(|| detected(bytes)),
    };
    let is_wide = encoding == UTF_16LE || encoding == UTF_16BE;
    if !is_wide && bytes.iter().take(LOOKED_AT).any(|byte| *byte == 0) {
        return None;
    }
    let text = encoding.decode(bytes).0.into_owned();
    is_text(&text).then_some(text)
}

/// What a page or an XML document says of its encoding in its first lines.
pub(crate) fn declared(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).to_ascii_lowercase();
    let of_xml = head.trim_start().starts_with("<?xml").then(|| parameter(&head, "encoding")).flatten();
    of_xml.or_else(|| head.split("<meta").skip(1).find_map(|rest| parameter(rest.split('>').next()?, "charset")))
}

/// The value of `name=`, with or without quotes.
fn parameter(text: &str, name: &str) -> Option<String> {
    let after = text.split_once(&format!("{name}="))?.1.trim_start().trim_start_matches(['"', '\'']);
    let is_of_name = |letter: &char| letter.is_ascii_alphanumeric() || "-_:.".contains(*letter);
    let value: String = after.chars().take_while(is_of_name).collect();
    // A document that was read byte by byte up to here cannot be UTF-16.
    Some(if value.starts_with("utf-16") { "utf-8".to_owned() } else { value }).filter(|value| !value.is_empty())
}

/// UTF-16 without a mark: every second byte is the high one of ASCII or of Cyrillic letters.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(4096) & !1];
    let is_high = |byte: &&u8| **byte == 0 || **byte == 4;
    let share = |from: usize| head.iter().skip(from).step_by(2).filter(is_high).count() * 20 / (head.len() / 2).max(1);
    match (share(0), share(1)) {
        _ if head.len() < 4 || !head.contains(&0) => None,
        (low, 18..) if low < 10 => Some(UTF_16LE),
        (18.., low) if low < 10 => Some(UTF_16BE),
        _ => None,
    }
}

fn detected(bytes: &[u8]) -> &'static Encoding {
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let head = &bytes[..bytes.len().min(LOOKED_AT)];
    detector.feed(head, head.len() == bytes.len());
    detector.guess(Some(LIKELY), Utf8Detection::Allow)
}

/// Hardly any controls and replacements: else the bytes were something else.
fn is_text(text: &str) -> bool {
    let is_odd =
        |letter: char| letter == '\u{fffd}' || (letter.is_control() && !matches!(letter, '\n' | '\r' | '\t' | '\u{c}'));
    let (mut odd, mut all) = (0_usize, 0_usize);
    for letter in text.chars().take(LOOKED_AT) {
        all += 1;
        odd += usize::from(is_odd(letter));
    }
    odd * 50 <= all
}

#[cfg(test)]
mod tests {
    use encoding_rs::{KOI8_R, WINDOWS_1251};

    use super::decoded;

    const TEXT: &str = "Съешь же ещё этих мягких французских булок, да выпей чаю";

    fn wide(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes_of).collect()
    }

    #[test]
    fn an_encoding_is_told_by_the_bytes() {
        let marked = |text: &str| format!("\u{feff}{text}");
        let cases = [
            TEXT.as_bytes().to_vec(),
            marked(TEXT).into_bytes(),
            WINDOWS_1251.encode(TEXT).0.into_owned(),
            KOI8_R.encode(TEXT).0.into_owned(),
            wide(TEXT, u16::to_le_bytes),
            wide(TEXT, u16::to_be_bytes),
            wide(&marked(TEXT), u16::to_le_bytes),
            wide(&marked(TEXT), u16::to_be_bytes),
        ];
        for bytes in cases {
            assert_eq!(decoded(&bytes, None).as_deref(), Some(TEXT), "{:?}", &bytes[..8]);
        }
        assert_eq!(decoded(&WINDOWS_1251.encode("Добрый день").0, None).as_deref(), Some("Добрый день"));
        assert_eq!(decoded(&KOI8_R.encode(TEXT).0, Some("koi8-r")).as_deref(), Some(TEXT));
    }

    #[test]
    fn bytes_that_are_no_text_are_none() {
        for bytes in [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &[0; 64], &[1, 2, 3, 4, 5, 6]] {
            assert_eq!(decoded(bytes, None), None, "{bytes:?}");
        }
        assert_eq!(decoded(b"", None).as_deref(), Some(""));
    }
}
