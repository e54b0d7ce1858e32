//! From the bytes of an answer to its text, by the character set that the answer names.

use encoding_rs::{DecoderResult, Encoding, REPLACEMENT, UTF_8};

/// Where an HTML or XML document names its character set, in bytes from its beginning.
const DECLARATION_WITHIN: usize = 1024;
/// Of a name that is not known, as many characters are shown.
const SHOWN: usize = 40;

/// The text of a body: by its byte order mark, the `charset` of its content type, what an XML or HTML document says
/// of itself, else as UTF-8.
///
/// # Arguments
/// * `content_type`: the header's value, empty when there is none.
/// * `is_cut`: the body goes on behind `bytes`, so that its last character may be incomplete.
///
/// # Errors
/// A text that names the character set: it is not known, or the bytes are not text in it.
pub fn decode(content_type: &str, bytes: &[u8], is_cut: bool) -> Result<String, String> {
    let (encoding, start) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, length),
        None => (named(content_type, bytes)?, 0),
    };
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let bytes = &bytes[start..];
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or_default();
    let mut text = String::with_capacity(room);
    match decoder.decode_to_string_without_replacement(bytes, &mut text, !is_cut) {
        (DecoderResult::InputEmpty, _) => Ok(text),
        _ => Err(format!("its bytes are not text in the character set {}", encoding.name())),
    }
}

/// Pictures and the like: their bytes mean nothing to a model.
pub fn is_no_text(content_type: &str) -> bool {
    let media = media(content_type);
    let kind = media.split('/').next().unwrap_or_default();
    matches!(kind, "image" | "audio" | "video" | "font")
        || matches!(media.as_str(), "application/octet-stream" | "application/pdf" | "application/zip")
}

/// A content type without its parameters, in lower case.
pub(crate) fn media(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn named(content_type: &str, bytes: &[u8]) -> Result<&'static Encoding, String> {
    let Some(label) = parameter(content_type).or_else(|| declared(content_type, bytes)) else { return Ok(UTF_8) };
    let known = Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != REPLACEMENT);
    known.ok_or_else(|| {
        let shown: String = label.chars().take(SHOWN).collect();
        format!("its character set '{shown}' is not known here; UTF-8 is")
    })
}

/// The parameter `charset` of a content type.
fn parameter(content_type: &str) -> Option<String> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then(|| value.to_owned())
    })
}

/// `<?xml … encoding="…"?>`, `<meta charset="…">` or `<meta http-equiv content="…; charset=…">`.
fn declared(content_type: &str, bytes: &[u8]) -> Option<String> {
    let media = content_type.to_ascii_lowercase();
    if !media.is_empty() && !media.contains("xml") && !media.contains("html") {
        return None;
    }
    let start = &bytes[..bytes.len().min(DECLARATION_WITHIN)];
    let start: String = start.iter().map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    let in_xml = start.trim_start().strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")).map(|(head, _)| head);
    if let Some(label) = in_xml.and_then(|head| after(head, "encoding")) {
        return Some(label);
    }
    start.match_indices("<meta").find_map(|(at, _)| after(start[at..].split('>').next()?, "charset"))
}

/// The value behind `name=`, without its quotes.
fn after(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(name)?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    let value: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c)).collect();
    (!value.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::decode;

    const WORD: &[u8] = b"\xcf\xf0\xe8\xe2\xe5\xf2";

    fn page(head: &str) -> Vec<u8> {
        [head.as_bytes(), WORD].concat()
    }

    #[test]
    fn an_answer_is_read_in_the_character_set_that_it_names() {
        for (content_type, bytes) in [
            ("text/plain; charset=windows-1251", WORD.to_vec()),
            ("text/plain;format=flowed; Charset = \"CP1251\"", WORD.to_vec()),
            ("text/plain; charset=koi8-r", b"\xf0\xd2\xc9\xd7\xc5\xd4".to_vec()),
            ("text/plain; charset=utf-16le", "Привет".encode_utf16().flat_map(u16::to_le_bytes).collect()),
            (
                "text/plain",
                [b"\xff\xfe".to_vec(), "Привет".encode_utf16().flat_map(u16::to_le_bytes).collect()].concat(),
            ),
            ("", [b"\xfe\xff".to_vec(), "Привет".encode_utf16().flat_map(u16::to_be_bytes).collect()].concat()),
            ("text/plain; charset=windows-1251", "\u{FEFF}Привет".as_bytes().to_vec()),
            ("application/json", "Привет".as_bytes().to_vec()),
        ] {
            assert_eq!(decode(content_type, &bytes, false).unwrap(), "Привет", "{content_type}");
        }
        for head in [
            "<?xml version='1.0' encoding='windows-1251'?>",
            "<html><meta charset=windows-1251>",
            "<META http-equiv=Content-Type content=\"text/html; charset=windows-1251\">",
        ] {
            for content_type in ["application/xml", "text/html", ""] {
                assert_eq!(
                    decode(content_type, &page(head), false).unwrap(),
                    format!("{head}Привет"),
                    "{content_type}"
                );
            }
        }
    }

    #[test]
    fn what_cannot_be_read_names_its_character_set() {
        for (content_type, bytes, told) in [
            ("text/plain", WORD, "not text in the character set UTF-8"),
            ("text/plain; charset=utf-8", WORD, "not text in the character set UTF-8"),
            ("text/plain; charset=klingon", WORD, "its character set 'klingon' is not known here"),
            ("text/plain; charset=iso-2022-kr", WORD, "its character set 'iso-2022-kr' is not known here"),
            ("text/plain; charset=utf-16", b"a\x00\x00\xd8".as_slice(), "not text in the character set UTF-16LE"),
        ] {
            let error = decode(content_type, bytes, false).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }

    #[test]
    fn a_body_that_was_cut_may_end_within_a_character() {
        assert_eq!(decode("", &"Привет".as_bytes()[..11], true).unwrap(), "Приве");
        assert!(decode("", &"Привет".as_bytes()[..11], false).is_err());
    }
}
