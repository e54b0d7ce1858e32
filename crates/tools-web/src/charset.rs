//! From the bytes of a text to its characters: the byte order mark, the header, the document's own word, the bytes.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};

/// Where a document may say how it is encoded.
const HEAD: usize = 2048;
/// Bytes from which an encoding is told that nobody names.
const LOOKED_AT: usize = 256 * 1024;

/// The text.
///
/// # Arguments
/// * `content_type`: the header, which may name the encoding.
pub(crate) fn decoded(bytes: &[u8], content_type: &str) -> String {
    let encoding = parameter(content_type, "charset")
        .and_then(|name| Encoding::for_label(name.as_bytes()))
        .or_else(|| declared(bytes))
        .unwrap_or_else(|| detected(bytes));
    // A byte order mark weighs more than all of them.
    encoding.decode(bytes).0.into_owned()
}

/// The value of `name=` in a header or in an attribute.
fn parameter(text: &str, name: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let after = lower.split_once(&format!("{name}="))?.1.trim_start();
    let value: String = after
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || "-_:.".contains(*letter))
        .collect();
    (!value.is_empty()).then_some(value)
}

/// `<meta charset=…>`, `<meta http-equiv … charset=…>` or `<?xml … encoding=…?>`.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).to_ascii_lowercase();
    let of_xml = head.trim_start().starts_with("<?xml").then(|| parameter(&head, "encoding")).flatten();
    let of_meta = || head.split("<meta").skip(1).find_map(|rest| parameter(rest.split('>').next()?, "charset"));
    let found = Encoding::for_label(of_xml.or_else(of_meta)?.as_bytes())?;
    // A document that was read byte by byte up to here cannot be UTF-16.
    Some(if found == encoding_rs::UTF_16LE || found == encoding_rs::UTF_16BE { UTF_8 } else { found })
}

fn detected(bytes: &[u8]) -> &'static Encoding {
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let head = &bytes[..bytes.len().min(LOOKED_AT)];
    detector.feed(head, head.len() == bytes.len());
    detector.guess(None, Utf8Detection::Allow)
}

#[cfg(test)]
mod tests {
    use encoding_rs::{KOI8_R, WINDOWS_1251};

    use super::decoded;

    const TEXT: &str = "Съешь же ещё этих мягких французских булок, да выпей чаю";

    #[test]
    fn the_header_says_it() {
        let bytes = WINDOWS_1251.encode(TEXT).0;
        assert_eq!(decoded(&bytes, "text/html; charset=windows-1251"), TEXT);
        assert_eq!(decoded(&bytes, "text/html; Charset=\"CP1251\""), TEXT);
    }

    #[test]
    fn the_document_says_it() {
        for head in [
            "<html><head><meta charset=koi8-r>",
            "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=KOI8-R\">",
            "<?xml version=\"1.0\" encoding='koi8-r'?>",
        ] {
            let document = format!("{head}{TEXT}");
            assert_eq!(decoded(&KOI8_R.encode(&document).0, "text/html"), document);
        }
    }

    #[test]
    fn nobody_says_it_and_the_bytes_tell() {
        assert_eq!(decoded(&WINDOWS_1251.encode(TEXT).0, "text/plain"), TEXT);
        assert_eq!(decoded(TEXT.as_bytes(), ""), TEXT);
        let marked = [b"\xef\xbb\xbf", TEXT.as_bytes()].concat();
        assert_eq!(decoded(&marked, "text/html; charset=windows-1251"), TEXT, "a byte order mark weighs more");
    }
}
