//! Letters in pictures, by `tesseract`; pages of a PDF become pictures by `pdftoppm`.

use std::collections::HashMap;
use std::path::Path;

use crate::budget::at_most;
use crate::child::{Call, of_folder};
use crate::flow::Flow;
use crate::programs::TESSERACT;
use crate::{Place, Programs, Refusal};

use super::plain;

/// The longer side of a page's picture: 210 dots for an inch of A4. It bounds the memory, however large the page is.
const PIXELS: &str = "2500";
/// Bytes that a picture of a page may have.
const PICTURE_BYTES: u64 = 64 << 20;
/// Bytes of text that a page may have.
const PAGE_BYTES: u64 = 1 << 20;
/// What is recognised, when it is installed.
const LANGUAGES: [&str; 2] = ["rus", "eng"];

/// A picture by itself.
pub(crate) fn read(bytes: &[u8], programs: &Programs, flow: &mut Flow<'_>) -> Result<(), Refusal> {
    let program = programs.of_image()?;
    let folder = tempfile::tempdir().map_err(|error| of_folder(&error))?;
    std::fs::write(folder.path().join("picture"), bytes).map_err(|error| of_folder(&error))?;
    let languages = languages(program, folder.path(), flow)?;
    let text = recognised(program, folder.path(), "picture", &languages, flow)?;
    flow.turn_to(Place::Page(1))?;
    flow.notes.push("The text was recognised in a picture and may have errors.".to_owned());
    plain::read(&text, flow)
}

/// The text of those pages of `file.pdf` that have none of their own.
///
/// # Arguments
/// * `empty`: the numbers of the pages.
/// * `all`: how many pages there are. When most are empty, the file is a scan, and must be read whole; else they are
///   separators and pictures, and what cannot be read of them is noted.
pub(crate) fn pages(
    folder: &Path,
    empty: &[u32],
    all: usize,
    programs: &Programs,
    flow: &mut Flow<'_>,
) -> Result<HashMap<u32, String>, Refusal> {
    if empty.is_empty() {
        return Ok(HashMap::new());
    }
    let is_scan = empty.len() * 2 > all;
    if is_scan {
        programs.of_image().and_then(|_| programs.of_scan())?;
        at_most(empty.len() as u64, flow.budget.limits.scanned_pages, "scanned pages")?;
    }
    let (Ok(draws), Ok(reads)) = (programs.of_scan(), programs.of_image()) else {
        flow.notes
            .push(format!("{} pages are pictures and were not read; {TESSERACT} lets them be read.", empty.len()));
        return Ok(HashMap::new());
    };
    let most = flow.budget.limits.scanned_pages as usize;
    if empty.len() > most {
        flow.notes.push(format!("{} pages are pictures; the first {most} of them were read.", empty.len()));
    }
    let languages = languages(reads, folder, flow)?;
    let mut texts = HashMap::new();
    for number in empty.iter().copied().take(most) {
        let picture = drawn(draws, folder, number, flow)?;
        let text = recognised(reads, folder, &picture, &languages, flow)?;
        // The pictures of a hundred pages are large.
        std::fs::remove_file(folder.join(&picture)).map_err(|error| of_folder(&error))?;
        flow.budget.hold(text.len(), 1)?;
        texts.insert(number, text);
    }
    flow.notes.push(format!("The text of {} pages was recognised in pictures and may have errors.", texts.len()));
    Ok(texts)
}

/// Draws a page, and returns the name of its picture: one of its own, so that no page is read in place of another.
fn drawn(program: &Path, folder: &Path, number: u32, flow: &Flow<'_>) -> Result<String, Refusal> {
    let (number, name) = (number.to_string(), format!("page-{number}"));
    let arguments =
        ["-f", &number, "-l", &number, "-gray", "-png", "-singlefile", "-scale-to", PIXELS, "file.pdf", &name];
    let call = Call { program: "pdftoppm", path: program, arguments: &arguments, folder, output_bytes: PICTURE_BYTES };
    let ended = call.run(flow.budget)?;
    if ended.is_success { Ok(format!("{name}.png")) } else { Err(call.refused(&ended)) }
}

fn recognised(
    program: &Path,
    folder: &Path,
    picture: &str,
    languages: &str,
    flow: &Flow<'_>,
) -> Result<String, Refusal> {
    let arguments = [picture, "stdout", "-l", languages];
    let call = Call { program: "tesseract", path: program, arguments: &arguments, folder, output_bytes: PAGE_BYTES };
    let ended = call.run(flow.budget)?;
    if ended.is_success { Ok(String::from_utf8_lossy(&ended.output).into_owned()) } else { Err(call.refused(&ended)) }
}

/// Those of the languages that are installed here, as `rus+eng`.
fn languages(program: &Path, folder: &Path, flow: &mut Flow<'_>) -> Result<String, Refusal> {
    let arguments = ["--list-langs"];
    let call = Call { program: "tesseract", path: program, arguments: &arguments, folder, output_bytes: PAGE_BYTES };
    let ended = call.run(flow.budget)?;
    let listed = String::from_utf8_lossy(&ended.output).into_owned() + &ended.said;
    let found: Vec<&str> =
        LANGUAGES.into_iter().filter(|language| listed.lines().any(|line| line.trim() == *language)).collect();
    if found.is_empty() {
        return Err(Refusal::Missing { what: "a scan or a picture", program: "tesseract", install: TESSERACT });
    }
    if !found.contains(&LANGUAGES[0]) {
        flow.notes.push(format!("Russian letters cannot be recognised here; {TESSERACT} adds them."));
    }
    Ok(found.join("+"))
}
