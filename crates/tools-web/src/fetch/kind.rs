/// What an address brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Page,
    Text,
    Pdf,
    File,
}

impl Kind {
    /// By the header, and by the bytes where it says nothing or lies about a PDF.
    pub(super) fn of(content_type: &str, bytes: &[u8]) -> Self {
        if bytes.starts_with(b"%PDF-") {
            return Self::Pdf;
        }
        let media = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match media.as_str() {
            "text/html" | "application/xhtml+xml" => Self::Page,
            "application/pdf" => Self::Pdf,
            "application/json" | "application/xml" | "application/javascript" | "application/x-yaml" => Self::Text,
            other if other.starts_with("text/") || other.ends_with("+json") || other.ends_with("+xml") => Self::Text,
            "" | "application/octet-stream" if looks_like_page(bytes) => Self::Page,
            "" if std::str::from_utf8(bytes).is_ok() && !bytes.contains(&0) => Self::Text,
            _ => Self::File,
        }
    }
}

fn looks_like_page(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(256)]).trim_start().to_ascii_lowercase();
    head.starts_with("<!doctype html") || head.starts_with("<html")
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn a_kind_is_told_by_the_header_and_the_bytes() {
        let cases: [(&str, &[u8], Kind); 8] = [
            ("text/html; charset=utf-8", b"<p>", Kind::Page),
            ("", b"<!DOCTYPE html><p>", Kind::Page),
            ("text/html", b"%PDF-1.7", Kind::Pdf),
            ("application/ld+json", b"{}", Kind::Text),
            ("", b"just words", Kind::Text),
            ("", b"\0\x01", Kind::File),
            ("application/zip", b"PK", Kind::File),
            ("image/png", b"\x89PNG", Kind::File),
        ];
        for (content_type, bytes, expected) in cases {
            assert_eq!(Kind::of(content_type, bytes), expected, "{content_type}");
        }
    }
}
