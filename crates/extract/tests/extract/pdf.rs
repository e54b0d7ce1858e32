//! PDF with the real `pdftotext`, and with scripts in its place that do what a converter must not.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use artel_extract::{Document, Extractor, Kind, Limits, Place, Programs, Refusal, Size, passages};

use crate::files::pdf;

type Checked = Result<(), Box<dyn std::error::Error>>;

/// The programs of this machine, when PDF can be read with them; else the tests that need them are skipped.
fn installed() -> Option<Programs> {
    let programs = Programs::found();
    let are_here = programs.pdftotext.is_some();
    assert!(are_here || std::env::var_os("ARTEL_TEST_CONVERTERS").is_none(), "missing: {:?}", programs.missing());
    are_here.then_some(programs)
}

fn read(bytes: &[u8], limits: Limits, programs: Programs) -> Result<Document, Refusal> {
    Extractor::new(limits, programs).read("file.pdf", bytes)
}

/// A program that is this script.
fn script(folder: &Path, text: &str) -> Result<PathBuf, std::io::Error> {
    let path = folder.join("converter");
    fs::write(&path, format!("#!/bin/sh\n{text}\n"))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    Ok(path)
}

fn with_script(text: &str, limits: Limits) -> Result<Result<Document, Refusal>, std::io::Error> {
    let folder = tempfile::tempdir()?;
    let programs = Programs { pdftotext: Some(script(folder.path(), text)?), ..Programs::default() };
    Ok(read(b"%PDF-1.4 x", limits, programs))
}

#[test]
fn passages_of_a_pdf_name_its_pages() -> Checked {
    let Some(programs) = installed() else { return Ok(()) };
    let file = pdf(&["1. Subject of the contract\n", "The price is one hundred.", "Signed by both of the parties"]);
    let document = read(&file, Limits::default(), programs)?;
    assert_eq!((document.kind, document.pages), (Kind::Pdf, Some(3)));
    assert_eq!(document.title, "1. Subject of the contract");
    let found = passages(&document, Size::default());
    let price = found.iter().find(|passage| passage.text.contains("hundred")).ok_or("the price is not found")?;
    assert_eq!(price.place, Some(Place::Page(2)));
    assert_eq!(price.path, ["1. Subject of the contract"]);
    Ok(())
}

#[test]
fn a_pdf_of_5000_pages_is_refused_with_its_limit() {
    let Some(programs) = installed() else { return };
    let file = pdf(&vec!["A page of words that say nothing"; 5000]);
    let started = Instant::now();
    let refused = read(&file, Limits::default(), programs.clone());
    assert_eq!(refused, Err(Refusal::TooLarge { limit: 3000, unit: "pages" }));
    assert!(started.elapsed() < Duration::from_mins(2), "{:?}", started.elapsed());
    let few = Limits { text_bytes: 2000, ..Limits::default() };
    let refused = read(&file, few, programs);
    assert!(matches!(refused, Err(Refusal::TooLarge { unit: "bytes of text", .. })), "{refused:?}");
}

#[test]
fn a_damaged_pdf_and_one_with_a_password_are_told_apart() -> Checked {
    let Some(programs) = installed() else { return Ok(()) };
    let damaged = read(b"%PDF-1.7\nnothing of that kind", Limits::default(), programs.clone());
    assert!(matches!(damaged, Err(Refusal::Converter { program: "pdftotext", .. })), "{damaged:?}");
    let mut locked = String::from_utf8(pdf(&["secret"]))?;
    let zeros = "0".repeat(64);
    let lock = format!("trailer<</Encrypt<</Filter/Standard/V 1/R 2/O<{zeros}>/U<{zeros}>/P -4>>/ID[<00><00>]/Root");
    locked = locked.replace("trailer<</Root", &lock);
    assert_eq!(read(locked.as_bytes(), Limits::default(), programs), Err(Refusal::Encrypted));
    Ok(())
}

#[test]
fn a_converter_that_writes_without_end_is_stopped() -> Checked {
    let limits = Limits { text_bytes: 10_000, seconds: 20, ..Limits::default() };
    let refused = with_script("exec yes", limits)?;
    assert_eq!(refused, Err(Refusal::TooLarge { limit: 10_000, unit: "bytes of text" }));
    Ok(())
}

#[test]
fn a_converter_that_hangs_is_killed() -> Checked {
    let limits = Limits { seconds: 1, ..Limits::default() };
    for script in ["exec sleep 60", "while :; do :; done"] {
        let started = Instant::now();
        assert_eq!(with_script(script, limits.clone())?, Err(Refusal::TooSlow { seconds: 1 }), "{script}");
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    }
    Ok(())
}

#[test]
fn a_converter_has_only_so_much_memory() -> Checked {
    let limits = Limits { child_memory_bytes: 64 << 20, seconds: 30, ..Limits::default() };
    let refused = with_script("a=x; while :; do a=$a$a; done", limits)?;
    assert!(matches!(refused, Err(Refusal::Converter { program: "pdftotext", .. })), "{refused:?}");
    Ok(())
}

#[test]
fn a_converter_that_the_kernel_killed_was_not_too_slow() -> Checked {
    let refused = with_script("kill -9 $$", Limits::default())?;
    let reason = refused.err().map(|refusal| refusal.to_string());
    let expected =
        "pdftotext could not read the file: it was killed, most likely because the machine has too little memory";
    assert_eq!(reason.as_deref(), Some(expected));
    Ok(())
}

#[test]
fn a_converter_sees_nothing_of_this_process() -> Checked {
    let document = with_script("env; echo; pwd; printf '\\f'", Limits::default())??;
    let text = document.markdown();
    for secret in ["CARGO", "ARTEL_", "USER="] {
        assert!(!text.contains(secret), "{text}");
    }
    let folder = text.lines().last().ok_or("no text")?;
    assert!(!Path::new(folder.trim()).exists(), "the directory is removed: {folder}");
    Ok(())
}

#[test]
fn how_a_converter_failed_is_said() -> Checked {
    let refused = with_script("echo one >&2; echo Broken xref table >&2; exit 3", Limits::default())?;
    let reason = refused.err().map(|refusal| refusal.to_string());
    assert_eq!(reason.as_deref(), Some("pdftotext could not read the file: Broken xref table"));
    Ok(())
}
