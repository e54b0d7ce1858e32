//! PDF by `pdftotext`; pages without text by recognising letters.

use std::path::Path;

use crate::budget::at_most;
use crate::child::{Call, of_folder};
use crate::flow::Flow;
use crate::{Content, Place, Programs, Refusal};

use super::{plain, scan};

/// Letters that a page with text has at least; a scanner's stamp has fewer.
const FEWEST: usize = 12;
/// What poppler says of a file with a password.
const PASSWORD: &str = "Incorrect password";

pub(crate) fn read(bytes: &[u8], programs: &Programs, flow: &mut Flow<'_>) -> Result<(), Refusal> {
    let program = programs.of_pdf()?;
    let folder = tempfile::tempdir().map_err(|error| of_folder(&error))?;
    let file = folder.path().join("file.pdf");
    std::fs::write(&file, bytes).map_err(|error| of_folder(&error))?;
    let text = text(program, folder.path(), flow)?;
    // Each page is a slice, so there are no more of them than the limit when they are counted.
    let most = usize::try_from(flow.budget.limits.pages).unwrap_or(usize::MAX);
    at_most(text.bytes().filter(|byte| *byte == b'\x0c').take(most + 1).count() as u64, most as u64, "pages")?;
    let pages = pages(&text);
    let empty: Vec<u32> = (1..).zip(&pages).filter(|(_, page)| is_empty(page)).map(|(number, _)| number).collect();
    let scanned = scan::pages(folder.path(), &empty, pages.len(), programs, flow)?;
    for (number, page) in (1..).zip(&pages) {
        flow.turn_to(Place::Page(number))?;
        plain::read(scanned.get(&number).map_or(*page, String::as_str), flow)?;
    }
    first_line_as_title(flow);
    Ok(())
}

fn text(program: &Path, folder: &Path, flow: &Flow<'_>) -> Result<String, Refusal> {
    let limits = flow.budget.limits;
    // One page more shows that there are too many.
    let last = (limits.pages + 1).to_string();
    let arguments = ["-enc", "UTF-8", "-eol", "unix", "-l", &last, "file.pdf", "-"];
    let call =
        Call { program: "pdftotext", path: program, arguments: &arguments, folder, output_bytes: limits.text_bytes };
    let ended = call.run(flow.budget)?;
    match () {
        () if ended.said.contains(PASSWORD) => Err(Refusal::Encrypted),
        () if !ended.is_success => Err(call.refused(&ended)),
        () => Ok(joined(&String::from_utf8_lossy(&ended.output))),
    }
}

/// Each page ends with a form feed.
fn pages(text: &str) -> Vec<&str> {
    let mut pages: Vec<&str> = text.split('\u{c}').collect();
    if pages.last().is_some_and(|last| last.trim().is_empty()) {
        pages.pop();
    }
    pages
}

fn is_empty(page: &str) -> bool {
    page.chars().filter(|letter| letter.is_alphanumeric()).take(FEWEST).count() < FEWEST
}

/// Words that were cut at the end of a line are whole again.
fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("-\n") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        joined.push_str(before);
        let is_word = before.ends_with(char::is_lowercase) && after.starts_with(char::is_lowercase);
        if !is_word {
            joined.push_str("-\n");
        }
        rest = after;
    }
    joined + rest
}

/// A PDF's own title is the name of some other file more often than not; its first words are better.
fn first_line_as_title(flow: &mut Flow<'_>) {
    let first = flow.blocks.first().map(|block| match &block.content {
        Content::Heading { text, .. } | Content::Paragraph(text) | Content::Item { text, .. } => text.clone(),
        Content::Table(_) => String::new(),
    });
    flow.title = first.filter(|text| text.chars().count() <= 100 && text.contains(char::is_alphabetic));
}

#[cfg(test)]
mod tests {
    use super::{joined, pages};

    #[test]
    fn words_that_were_cut_are_whole_again() {
        assert_eq!(joined("инфор-\nмация и А-\n100, что-то\n"), "информация и А-\n100, что-то\n");
        assert_eq!(joined("-\n-\n"), "-\n-\n");
    }

    #[test]
    fn pages_are_told_by_form_feeds() {
        assert_eq!(pages("a\n\u{c}\u{c}b\n\u{c}"), ["a\n", "", "b\n"]);
        assert!(pages("").is_empty());
    }
}
