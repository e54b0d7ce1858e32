//! What a file is, told by its bytes.

use crate::archive::Archive;
use crate::budget::Budget;
use crate::{Kind, Refusal, charset};

/// What begins with these bytes, and what to upload in its place.
const OTHERS: [(&[u8], &str, &str); 8] = [
    (b"{\\rtf", "an RTF file", "save it as docx"),
    (b"Rar!\x1a\x07", "a RAR archive", "upload the files in it one by one"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "upload the files in it one by one"),
    (b"\x1f\x8b", "a gzip archive", "upload the files in it one by one"),
    (b"\x7fELF", "a program", "upload a document"),
    (b"MZ", "a program", "upload a document"),
    (b"ID3", "a sound file", "upload a transcript"),
    (b"OggS", "a sound file", "upload a transcript"),
];

const IMAGES: [&[u8]; 6] = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"GIF8", b"BM"];

/// The container of Office before 2007, and of every file of Office that has a password.
const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

impl Kind {
    /// What a file is.
    ///
    /// # Arguments
    /// * `bytes`: the whole file, because an archive has its directory at the end.
    ///
    /// # Errors
    /// [`Refusal::Unsupported`] and [`Refusal::Encrypted`], when it is nothing that can be read.
    pub fn of(bytes: &[u8]) -> Result<Self, Refusal> {
        Self::within(bytes, &Budget::new(&crate::Limits::default()))
    }

    pub(crate) fn within(bytes: &[u8], budget: &Budget<'_>) -> Result<Self, Refusal> {
        let head = &bytes[..bytes.len().min(1024)];
        match () {
            () if head.windows(5).any(|window| window == b"%PDF-") => return Ok(Self::Pdf),
            () if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") => {
                return of_archive(&mut Archive::open(bytes, budget)?);
            }
            () if head.starts_with(OLE) => return Err(of_ole(bytes)),
            () if is_image(head) => return Ok(Self::Image),
            () => {}
        }
        if let Some((_, what, hint)) = OTHERS.iter().find(|(magic, ..)| head.starts_with(magic)) {
            return Err(Refusal::Unsupported { what, hint });
        }
        if crate::formats::mail::is_mail(bytes) {
            return Ok(Self::Mail);
        }
        let hint = "upload pdf, docx, xlsx, pptx, odt, html, md, txt, csv, eml or an image";
        let head = beginning(bytes);
        let text = charset::decoded(head, None);
        let text = text.ok_or(Refusal::Unsupported { what: "a file of an unknown type", hint })?;
        Ok(of_text(&text, head.len() < bytes.len()))
    }
}

/// Bytes from which the type of a text is told; even, because of UTF-16.
const LOOKED_AT: usize = 64 * 1024;
/// As many when the lines are long: the records of a wide table.
const LOOKED_AT_WIDE: usize = 4 * 1024 * 1024;
/// Lines without which nothing is told of a table: its names, a record, and the one that is cut off.
const FEWEST_LINES: usize = 4;

/// What the type of a text is told from: whole characters, and some lines, however long they are.
fn beginning(bytes: &[u8]) -> &[u8] {
    let head = &bytes[..bytes.len().min(LOOKED_AT)];
    let lines = head.iter().filter(|byte| **byte == b'\n').take(FEWEST_LINES).count();
    let most = if lines < FEWEST_LINES { LOOKED_AT_WIDE } else { LOOKED_AT };
    let head = &bytes[..bytes.len().min(most)];
    match std::str::from_utf8(head) {
        // A letter that was cut in two.
        Err(error) if error.error_len().is_none() && head.len() < bytes.len() => &head[..error.valid_up_to()],
        _ => head,
    }
}

fn is_image(head: &[u8]) -> bool {
    IMAGES.iter().any(|magic| head.starts_with(magic)) && (!head.starts_with(b"BM") || head.get(6..10) == Some(&[0; 4]))
        || (head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP"))
}

fn of_archive(archive: &mut Archive<'_>) -> Result<Kind, Refusal> {
    let is_office = archive.has("[Content_Types].xml");
    match () {
        () if is_office && archive.has_under("word/") => Ok(Kind::Docx),
        () if is_office && archive.has_under("xl/worksheets/") => Ok(Kind::Xlsx),
        () if is_office && archive.has_under("ppt/") => Ok(Kind::Pptx),
        () if is_office && archive.has_under("xl/") => {
            Err(Refusal::Unsupported { what: "a binary workbook", hint: "save it as xlsx" })
        }
        () if archive.has("mimetype") => of_mimetype(archive),
        () => Err(Refusal::Unsupported { what: "an archive", hint: "upload the files in it one by one" }),
    }
}

fn of_mimetype(archive: &mut Archive<'_>) -> Result<Kind, Refusal> {
    let name = archive.read("mimetype")?.unwrap_or_default();
    match String::from_utf8_lossy(&name).trim() {
        "application/vnd.oasis.opendocument.text" => Ok(Kind::Odt),
        "application/vnd.oasis.opendocument.spreadsheet" => {
            Err(Refusal::Unsupported { what: "an OpenDocument spreadsheet", hint: "save it as xlsx" })
        }
        "application/vnd.oasis.opendocument.presentation" => {
            Err(Refusal::Unsupported { what: "an OpenDocument presentation", hint: "save it as pptx" })
        }
        "application/epub+zip" => Err(Refusal::Unsupported { what: "a book in EPUB", hint: "save it as pdf or docx" }),
        _ => Err(Refusal::Unsupported { what: "an archive", hint: "upload the files in it one by one" }),
    }
}

/// Office puts a file with a password into a stream of this name.
fn of_ole(bytes: &[u8]) -> Refusal {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if bytes.windows(name.len()).any(|window| window == name) {
        return Refusal::Encrypted;
    }
    Refusal::Unsupported { what: "a file of Office before 2007", hint: "save it as docx, xlsx or pptx" }
}

fn of_text(text: &str, is_cut: bool) -> Kind {
    use crate::formats::{csv, html, markdown};
    let text = text.trim_start_matches('\u{feff}');
    match () {
        () if html::is_page(text) => Kind::Html,
        () if csv::delimiter(text, is_cut).is_some() => Kind::Csv,
        () if markdown::is_markdown(text) => Kind::Markdown,
        () => Kind::Text,
    }
}

#[cfg(test)]
mod tests {
    use crate::Kind;

    #[test]
    fn a_type_is_told_by_the_bytes() {
        let cases: [(&str, &str); 12] = [
            ("Просто текст.\nВторая строка, с запятой.", "txt"),
            ("Dear Anna,\nkind regards, Bob", "txt"),
            ("{\"a\": 1, \"b\": 2}", "txt"),
            ("", "txt"),
            ("# Заголовок\n\nТекст", "md"),
            ("| a | b |\n|---|---|\n| 1 | 2 |", "md"),
            ("Артикул;Цена\nА-1;10\nА-2;20", "csv"),
            ("a,b,c\n1,2,3\n4,5,6\n", "csv"),
            ("\"a, with comma\",\"b\"\n\"1\n2\",3\n", "csv"),
            ("a\tb\n1\t2\n", "csv"),
            ("\u{feff}<!DOCTYPE html><p>a", "html"),
            ("From: a@example.com\r\nTo: b@example.com\r\nSubject: c\r\n\r\nd", "eml"),
        ];
        for (text, expected) in cases {
            assert_eq!(Kind::of(text.as_bytes()).map(Kind::name), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for bytes in [&b"{\\rtf1 a}"[..], b"MZ\x90\0\x03", b"\x1f\x8b\x08\0", b"\0\x01\x02\x03", b"Rar!\x1a\x07\x01\0"]
        {
            assert_eq!(Kind::of(bytes).map_err(|refusal| refusal.code()), Err("unsupported"), "{bytes:?}");
        }
    }
}
