/// How much of a file [`media_type`] looks at.
pub(crate) const HEAD: usize = 8192;

/// The media type of a file, told by its first bytes alone: names and what clients say are not believed.
///
/// # Arguments
/// * `head`: the first bytes; `is_whole` says that there are no more.
pub fn media_type(head: &[u8], is_whole: bool) -> &'static str {
    if is_svg(head) {
        return "image/svg+xml";
    }
    match infer::get(head) {
        Some(kind) => kind.mime_type(),
        None if is_text(head, is_whole) => "text/plain; charset=utf-8",
        None => "application/octet-stream",
    }
}

fn is_svg(head: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&head[..head.len().min(512)]);
    let start = start.trim_start_matches('\u{feff}').trim_start();
    start.starts_with("<svg") || (start.starts_with("<?xml") && start.contains("<svg"))
}

/// UTF-8 without control characters; the last character may be cut off.
fn is_text(head: &[u8], is_whole: bool) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if !is_whole && error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}'))
}

#[cfg(test)]
mod tests {
    use super::media_type;

    #[test]
    fn a_type_is_told_by_the_bytes() {
        let cases: [(&[u8], &str); 8] = [
            (b"\x89PNG\r\n\x1a\n....", "image/png"),
            (b"%PDF-1.7\n", "application/pdf"),
            (b"PK\x03\x04....", "application/zip"),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "image/svg+xml"),
            (b"<!DOCTYPE html><html></html>", "text/html"),
            ("Привет, мир".as_bytes(), "text/plain; charset=utf-8"),
            (b"a\0b", "application/octet-stream"),
            (b"", "text/plain; charset=utf-8"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(media_type(bytes, true), expected, "{bytes:?}");
        }
    }

    #[test]
    fn a_text_that_is_cut_within_a_character_is_a_text() {
        let cut = &"да".as_bytes()[..3];
        assert_eq!(media_type(cut, false), "text/plain; charset=utf-8");
        assert_eq!(media_type(cut, true), "application/octet-stream");
    }
}
