//! Files that want more than they are worth: a bounded time, and a reason that a person understands.

use std::time::{Duration, Instant};

use artel_extract::{Limits, Refusal};

use crate::files::{docx, docx_with, odt, p, pptx, read, read_within, rels, xlsx, xlsx_with, zip};

/// The reason, within a time that an unoptimised build keeps too.
fn refused(bytes: &[u8], limits: Limits) -> String {
    let started = Instant::now();
    let answer = read_within(bytes, limits);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    answer.map_or_else(|refusal| refusal.to_string(), |document| format!("{} blocks were read", document.blocks.len()))
}

fn small() -> Limits {
    Limits { unpacked_bytes: 4 << 20, text_bytes: 1 << 20, seconds: 10, ..Limits::default() }
}

#[test]
fn a_bomb_is_unpacked_no_further_than_the_limit() {
    let zeros = "0".repeat(32 << 20);
    let bomb = docx(&p("", &zeros));
    assert!(bomb.len() < 100_000, "{}", bomb.len());
    let reason = "the file is too large: more than 4194304 bytes when unpacked; upload it in smaller parts";
    assert_eq!(refused(&bomb, small()), reason);
    assert_eq!(refused(&xlsx_with("", &zeros), small()), reason);
    // The bytes of all members count together.
    let slide = "<a:p><a:r><a:t>x</a:t></a:r></a:p>".to_owned() + &" ".repeat(1 << 20);
    assert_eq!(refused(&pptx(&[&slide, &slide, &slide, &slide, &slide]), small()), reason);
}

#[test]
fn what_a_header_claims_is_not_allocated() {
    let mut claims = docx(&p("", "текст"));
    // The size of each unpacked member, in the directory at the end and in the heads of the members.
    for (magic, size) in [(&b"PK\x01\x02"[..], 24), (b"PK\x03\x04", 22)] {
        let heads: Vec<usize> = (0..claims.len() - 4).filter(|at| claims[*at..].starts_with(magic)).collect();
        for head in heads {
            claims[head + size..head + size + 4].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
        }
    }
    let answer = refused(&claims, small());
    assert!(answer.starts_with("the file is damaged") || answer == "1 blocks were read", "{answer}");
}

#[test]
fn entities_are_not_expanded() {
    let laughs = "<!DOCTYPE lolz [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let reason = "the file is damaged: its XML declares a document type of its own; open it in the program that made \
                  it, save it again and upload that";
    let body = format!("{laughs}<w:document><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:document>");
    let word = zip(&[("[Content_Types].xml", ""), ("word/document.xml", &body)]);
    assert_eq!(refused(&word, small()), reason);
    let file = "<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><x>&f;</x>";
    let text = zip(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", file)]);
    assert_eq!(refused(&text, small()), reason);
    assert_eq!(refused(&docx(&p("", "a &unknown; b")), small()), "1 blocks were read");
}

#[test]
fn elements_nest_only_so_deep_and_only_where_it_matters() {
    let deep = "<w:ins>".repeat(100_000);
    let reason = "the file is too large: more than 256 elements within each other; upload it in smaller parts";
    assert_eq!(refused(&docx(&deep), small()), reason);
    assert_eq!(refused(&odt(&"<text:list>".repeat(100_000)), small()), reason);
    // Nothing recurses over a page, so that it may nest.
    let page = format!("<!DOCTYPE html>{}<p>слово", "<div><table><tr><td><ul>".repeat(50_000));
    assert_eq!(refused(page.as_bytes(), small()), "1 blocks were read");
    let quotes = format!("# a\n\n{} b", ">".repeat(50_000));
    assert_eq!(refused(quotes.as_bytes(), small()), "2 blocks were read");
}

#[test]
fn letters_within_letters_are_read_in_a_loop() {
    let head = "From: a@b.c\nTo: d@e.f\n";
    let reason = "the file is too large: more than 500 parts in the letter; upload it in smaller parts";
    for kind in ["message/rfc822", "MESSAGE/RFC822", "multipart/digest; boundary=x\n\n--x", "message/global"] {
        let nested = format!("{head}{}", format!("Content-Type: {kind}\n\n").repeat(100_000));
        assert_eq!(refused(nested.as_bytes(), small()), reason, "{kind}");
    }
    // As many as are allowed: those that stand deeper than five are named.
    let nested = format!("{head}{}text", "Content-Type: message/rfc822\n\n".repeat(400));
    let answer = refused(nested.as_bytes(), small());
    assert!(answer.ends_with("blocks were read"), "{answer}");
}

#[test]
fn a_letter_that_is_encoded_within_another_is_counted_too() {
    use base64::Engine as _;
    let inner = format!("From: a@b.c\nTo: d@e.f\n{}", "Content-Type: message/rfc822\n\n".repeat(100_000));
    let inner = base64::engine::general_purpose::STANDARD.encode(inner);
    let kind = "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64";
    let outer = format!("From: a@b.c\nTo: d@e.f\n{kind}\n\n{inner}\n");
    assert_eq!(
        refused(outer.as_bytes(), small()),
        "the file is too large: more than 500 parts in the letter; upload it in smaller parts"
    );
}

#[test]
fn rows_and_columns_cost_what_they_hold() {
    let reason = "the file is too large: more than 1048576 bytes of text; upload it in smaller parts";
    let far: String = (1..100).map(|row| format!("<row><c r=\"XFD{row}\"><v>1</v></c></row>")).collect();
    assert_eq!(refused(&xlsx(&far), small()), reason);
    let long = format!("<sst><si><t>{}</t></si></sst>", "а".repeat(10_000));
    let often = format!("<row>{}</row>", "<c t=\"s\"><v>0</v></c>".repeat(1000));
    assert_eq!(refused(&xlsx_with(&often, &long), small()), reason);
    let fields = format!("{}\n", ";".repeat(1000)).repeat(100);
    assert_eq!(refused(fields.as_bytes(), small()), reason);
    let spaces = "<text:p>a<text:s text:c=\"2000000000\"/>b</text:p>";
    assert_eq!(refused(&odt(spaces), small()), "1 blocks were read");
}

#[test]
fn many_slides_members_and_attributes_are_bounded() {
    let limits = Limits { pages: 3, members: 20, ..small() };
    let slides = ["<a:p><a:r><a:t>x</a:t></a:r></a:p>"; 5];
    let reason = |what| format!("the file is too large: more than {what}; upload it in smaller parts");
    assert_eq!(refused(&pptx(&slides), limits.clone()), reason("3 slides"));
    let names: Vec<String> = (0..30).map(|number| format!("word/{number}.xml")).collect();
    let members: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    assert_eq!(refused(&docx_with("", &members), limits), reason("20 files in the archive"));
    let attributes: String = (0..50_000).map(|number| format!(" a{number}=\"1\"")).collect();
    assert_eq!(
        refused(&docx(&format!("<w:p{attributes}><w:r><w:t>x</w:t></w:r></w:p>")), small()),
        "1 blocks were read"
    );
}

#[test]
fn time_ends() {
    let limits = Limits { seconds: 0, ..small() };
    assert_eq!(
        refused(&docx(&p("", "x")), limits),
        "the file could not be read within 0 s; upload it in smaller parts"
    );
}

#[test]
fn texts_that_are_slow_for_a_parser_are_not_slow_here() {
    let slow = ["[", "![", "*a_ ", "**a ", "<", "`a``", "[a](", "&", "| a ", "- ", "> - ", "[^a]:", "\\"];
    for piece in slow {
        let text = format!("# a\n\n{}\n\n|---|---|\n", piece.repeat(20_000));
        refused(text.as_bytes(), small());
    }
    for piece in ["<a ", "<a b", "<!--", "<![CDATA[", "&amp", "<p", "</", "<table><tr><td>", "<a b='c' "] {
        let page = format!("<html>{}", piece.repeat(20_000));
        refused(page.as_bytes(), small());
    }
}

#[test]
fn a_password_is_named() -> Result<(), &'static str> {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let office = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 512], &name].concat();
    assert_eq!(read(&office), Err(Refusal::Encrypted));
    let manifest = "<manifest><file-entry><manifest:encryption-data/></file-entry></manifest>";
    let odt = zip(&[
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", "\u{1}"),
    ]);
    assert_eq!(read(&odt), Err(Refusal::Encrypted));
    // An archive with passwords says so by one bit in each head.
    let mut word = docx(&p("", "x"));
    for (magic, flags) in [(&b"PK\x01\x02"[..], 8), (b"PK\x03\x04", 6)] {
        let heads: Vec<usize> = (0..word.len() - 4).filter(|at| word[*at..].starts_with(magic)).collect();
        for head in heads {
            word[head + flags] |= 1;
        }
    }
    assert_eq!(read(&word), Err(Refusal::Encrypted));
    let old = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 512]].concat();
    let reason = read(&old).err().ok_or("an old file was read")?.to_string();
    assert_eq!(reason, "a file of Office before 2007 cannot be read; save it as docx, xlsx or pptx");
    Ok(())
}

#[test]
fn what_is_missing_or_broken_is_said() {
    let head = ("[Content_Types].xml", "<Types/>");
    let cases = [
        (zip(&[head, ("word/other.xml", "")]), "the file is damaged: word/document.xml is missing"),
        (zip(&[head, ("word/document.xml", "<a><b></a>")]), "the file is damaged: its XML is not well-formed"),
        (zip(&[head, ("word/document.xml", "<a><b>")]), "the file is damaged: its XML ends too early"),
        (zip(&[("a.txt", "a")]), "an archive cannot be read; upload the files in it one by one"),
        (docx(&p("", "x"))[..200].to_vec(), "the file is damaged: the archive cannot be read"),
        (docx(""), "there is no text in the file"),
        (Vec::new(), "there is no text in the file"),
        (b"\0\x01\x02".to_vec(), "a file of an unknown type cannot be read; upload pdf, docx,"),
        (b"%PDF-1.7".to_vec(), "a PDF can be read only where the program `pdftotext` is installed; the operator"),
        (b"\x89PNG\r\n\x1a\n".to_vec(), "a scan or a picture can be read only where the program `tesseract` is"),
    ];
    for (bytes, reason) in cases {
        let answer = refused(&bytes, Limits::default());
        assert!(answer.starts_with(reason), "{answer}");
    }
    let limits = Limits { file_bytes: 3, ..Limits::default() };
    assert_eq!(refused(b"four", limits), "the file is too large: more than 3 bytes; upload it in smaller parts");
}

#[test]
fn a_target_leads_nowhere_but_into_the_archive() {
    let main = rels(&[("r1", "officeDocument", "../../../../etc/passwd")]);
    let file = zip(&[("[Content_Types].xml", ""), ("_rels/.rels", &main), ("word/document.xml", "<a/>")]);
    assert!(refused(&file, small()).starts_with("the file is damaged: etc/passwd is missing"));
}
