//! Small files that become large: by what they repeat, and by what a reader keeps of them. Each is refused for what it
//! asks, and none takes much memory until then.

use artel_extract::{Limits, Size, passages};

use crate::files::{docx_with, p, pptx, read_within, rels, xlsx_with, zip};

/// More than any reader may take beside the file, within the limits below. Unpaid repetitions take hundreds of MiB.
const MOST_MEMORY: u64 = 96 << 20;

fn limits() -> Limits {
    Limits { unpacked_bytes: 32 << 20, text_bytes: 4 << 20, seconds: 60, ..Limits::default() }
}

const TEXT: &str = "the file is too large: more than 4194304 bytes of text; upload it in smaller parts";
const PASSAGES: &str =
    "the file is too large: more than 8388608 bytes of passages with their headings; upload it in smaller parts";
const MEMBERS: &str = "the file is too large: more than 10000 files in the archive; upload it in smaller parts";
const PARTS: &str = "the file is too large: more than 500 parts in the letter; upload it in smaller parts";
const MARKS: &str = "the file is too large: more than 1000 parts in the letter; upload it in smaller parts";
const HEADS: &str =
    "the file is too large: more than 1048576 bytes in the heads of the letter; upload it in smaller parts";
const MARKDOWN: &str = "the file is too large: more than 524288 bytes of Markdown; upload it in smaller parts";
const UNPACKED: &str = "the file is too large: more than 33554432 bytes when unpacked; upload it in smaller parts";

/// A field of this process's status, in bytes.
fn memory(field: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}

/// The file is refused for this reason, and reading it took little memory.
fn check(name: &str, bytes: &[u8], reason: &str) -> Result<(), std::io::Error> {
    // The highest use of memory is counted from here.
    std::fs::write("/proc/self/clear_refs", "5")?;
    let before = memory("VmRSS:");
    let answer = read_within(bytes, limits());
    let said = answer.map_or_else(
        |refusal| refusal.to_string(),
        |document| format!("{} passages were made", passages(&document, Size::default()).len()),
    );
    assert_eq!(said, reason, "{name}");
    let (Some(before), Some(most)) = (before, memory("VmHWM:")) else { return Ok(()) };
    assert!(most.saturating_sub(before) < MOST_MEMORY, "{name} took {} MiB", (most - before) >> 20);
    Ok(())
}

#[test]
fn what_an_office_file_repeats_is_paid_for() -> Result<(), std::io::Error> {
    let long = "s".repeat(60_000);
    let styles = format!(
        "<w:styles><w:style w:styleId=\"{long}\">{}</w:style></w:styles>",
        "<w:basedOn w:val=\"x\"/>".repeat(10_000)
    );
    let main = rels(&[("r1", "officeDocument", "word/document.xml")]);
    let word = zip(&[
        ("[Content_Types].xml", ""),
        ("_rels/.rels", &main),
        ("word/document.xml", "<a/>"),
        ("word/_rels/document.xml.rels", &rels(&[("r1", "styles", "styles.xml")])),
        ("word/styles.xml", &styles),
    ]);
    check("a style with many bases", &word, TEXT)?;
    check("many shared strings", &xlsx_with("", &"<si/>".repeat(1 << 20)), TEXT)?;
    let sheet = |name: &str, rows: &str| {
        let book = format!("<workbook xmlns:r=\"r\"><sheets><sheet name=\"{name}\" r:id=\"r1\"/></sheets></workbook>");
        zip(&[
            ("[Content_Types].xml", ""),
            ("xl/workbook.xml", &book),
            ("xl/_rels/workbook.xml.rels", &rels(&[("r1", "worksheet", "worksheets/sheet1.xml")])),
            ("xl/worksheets/sheet1.xml", &format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")),
        ])
    };
    let rows = "<row><c><v>1</v></c></row>".repeat(20_000);
    check("the name of a sheet on each of its blocks", &sheet(&long, &rows), TEXT)?;
    check("a text in one element", &docx_with(&p("", &"а".repeat(3 << 20)), &[]), TEXT)?;
    check("a value in one element", &sheet("a", &format!("<row><c><v>{}</v></c></row>", "1".repeat(6 << 20))), TEXT)?;
    let repeated = "<Relationship Id=\"\" Type=\"\" Target=\"\"/>".repeat(100_000);
    let parts = zip(&[("[Content_Types].xml", ""), ("word/a", ""), ("_rels/.rels", &format!("<a>{repeated}</a>"))]);
    check("many relations", &parts, TEXT)?;
    let slide = format!("<a:p><a:r><a:t>x</a:t></a:r></a:p>{}", " ".repeat(1 << 20));
    check("slides that are long", &pptx(&vec![slide.as_str(); 40]), UNPACKED)
}

#[test]
fn an_archive_has_no_more_entries_than_it_may() -> Result<(), std::io::Error> {
    // Entries of the directory alone: all name one member.
    let entry = [b"PK\x01\x02".as_slice(), &[0; 42]].concat();
    let end = [b"PK\x05\x06".as_slice(), &[0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], &[0; 10]].concat();
    let bytes = [b"PK\x03\x04".to_vec(), entry.repeat(100_000), end].concat();
    check("entries", &bytes, MEMBERS)
}

#[test]
fn what_passages_repeat_is_paid_for() -> Result<(), std::io::Error> {
    let names = "<th>name".to_owned() + &"n".repeat(100_000);
    let rows = "<tr><td>1<td>2".repeat(40_000);
    check("the names of columns", format!("<html><table><tr>{}{rows}</table>", names.repeat(3)).as_bytes(), PASSAGES)?;
    let headings: String = (1..6).map(|level| format!("<h{level}>{}</h{level}>", "h".repeat(50_000))).collect();
    let texts = "<h6>x</h6><p>y</p>".repeat(20_000);
    check("headings above each passage", format!("<html>{headings}{texts}").as_bytes(), PASSAGES)?;
    let items = format!("<html>{}{}", "<ul>".repeat(255), "<li>x".repeat(60_000));
    check("the indents of a list", items.as_bytes(), TEXT)
}

#[test]
fn structures_of_plain_files_are_paid_for() -> Result<(), std::io::Error> {
    let fields = "a;b\n".to_owned() + &"1;2\n".repeat(60) + &";".repeat(2 << 20);
    check("one record", fields.as_bytes(), TEXT)?;
    check("short lines", "a\n".repeat(3 << 20).as_bytes(), TEXT)?;
    check("marks", format!("# a\n\n{}", "*_".repeat(1 << 20)).as_bytes(), MARKDOWN)
}

#[test]
fn structures_of_a_letter_are_paid_for() -> Result<(), std::io::Error> {
    let head = "From: a@b.c\nTo: d@e.f\n";
    let typed = format!("{head}Content-Type: multipart/mixed; boundary=x\n\n");
    check("parts without a type", format!("{typed}{}", "--x\n\n".repeat(1 << 20)).as_bytes(), MARKS)?;
    check("parts in one line", format!("{typed}{}", "--x".repeat(1 << 20)).as_bytes(), MARKS)?;
    check("headers", format!("{head}{}", "a:\n".repeat(1 << 20)).as_bytes(), HEADS)?;
    check("people", format!("{head}Cc: {}\n\nb", "a,".repeat(1 << 20)).as_bytes(), HEADS)?;
    let parts = format!("{typed}--x\n{}", "b:\n".repeat(1 << 20));
    check("headers of a part", parts.as_bytes(), HEADS)?;
    check("types", format!("{head}{}", "Content-Type: text/plain\n\n".repeat(100_000)).as_bytes(), PARTS)
}
