//! Scans with the real `tesseract` and `pdftoppm`.

use artel_extract::{Extractor, Limits, Place, Programs, Refusal};

use crate::files::pdf;

type Checked = Result<(), Box<dyn std::error::Error>>;

/// The programs of this machine, when there are all of them; else the tests are skipped.
fn installed() -> Option<Programs> {
    let programs = Programs::found();
    let are_here = programs.missing().is_empty();
    assert!(are_here || std::env::var_os("ARTEL_TEST_CONVERTERS").is_none(), "missing: {:?}", programs.missing());
    are_here.then_some(programs)
}

/// A picture of the page of a PDF, made by `pdftoppm`.
fn picture(programs: &Programs, text: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("a.pdf"), pdf(&[text]))?;
    let program = programs.pdftoppm.as_ref().ok_or("no pdftoppm")?;
    let status = std::process::Command::new(program)
        .args(["-r", "150", "-png", "-singlefile", "a.pdf", "a"])
        .current_dir(folder.path())
        .status()?;
    assert!(status.success(), "{status}");
    Ok(std::fs::read(folder.path().join("a.png"))?)
}

#[test]
fn letters_in_a_picture_are_read() -> Checked {
    let Some(programs) = installed() else { return Ok(()) };
    let picture = picture(&programs, "Invoice number 4711 for Artel")?;
    let document = Extractor::new(Limits::default(), programs).read("scan.png", &picture)?;
    assert!(document.markdown().contains("Invoice number 4711"), "{}", document.markdown());
    assert_eq!(document.blocks[0].place, Some(Place::Page(1)));
    assert_eq!(document.notes, ["The text was recognised in a picture and may have errors."]);
    Ok(())
}

#[test]
fn a_page_without_text_is_read_as_a_picture() -> Checked {
    let Some(programs) = installed() else { return Ok(()) };
    // The second page has lines but no letters.
    let file = pdf(&["The first page has words of its own", ""]);
    let document = Extractor::new(Limits::default(), programs).read("scan.pdf", &file)?;
    assert_eq!(document.pages, Some(2));
    assert_eq!(document.notes, ["The text of 1 pages was recognised in pictures and may have errors."]);
    Ok(())
}

#[test]
fn a_scan_without_a_program_says_what_to_install() -> Checked {
    let Some(programs) = installed() else { return Ok(()) };
    let only_text = Programs { pdftotext: programs.pdftotext.clone(), ..Programs::default() };
    let refused = Extractor::new(Limits::default(), only_text.clone()).read("scan.pdf", &pdf(&["", ""]));
    assert!(matches!(refused, Err(Refusal::Missing { program: "tesseract", .. })), "{refused:?}");
    let mixed = pdf(&["The first page has words of its own", "Another page with its words", ""]);
    let document = Extractor::new(Limits::default(), only_text).read("scan.pdf", &mixed)?;
    assert_eq!(document.notes.len(), 1, "{:?}", document.notes);
    let limits = Limits { scanned_pages: 1, ..Limits::default() };
    let refused = Extractor::new(limits, programs).read("scan.pdf", &pdf(&["", "", ""]));
    assert_eq!(refused, Err(Refusal::TooLarge { limit: 1, unit: "scanned pages" }));
    Ok(())
}

#[test]
fn a_picture_that_is_none_is_refused() {
    let Some(programs) = installed() else { return };
    let huge =
        [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]].concat();
    let refused = Extractor::new(Limits::default(), programs).read("scan.png", &huge);
    assert!(matches!(refused, Err(Refusal::Converter { program: "tesseract", .. })), "{refused:?}");
}
