//! The one place that prints. Logs go to stderr through `tracing`; this is what a command answers.
//!
//! What is printed may hold texts that tenants wrote, so nothing leaves this file that controls a terminal, or that
//! nobody sees.

use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};

use artel_domain::names;
use serde::Serialize;

/// A text of the answer, of one line or more. Whoever closed the pipe (`artel … | head`) has what they wanted: the
/// command ends.
pub(crate) fn line(text: &str) {
    print(&harmless(text));
}

/// A line that is there at once, also when stdout is a pipe (the ready line). A server goes on when nobody reads it.
pub(crate) fn line_now(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", harmless(text));
    let _ = std::io::stdout().flush();
}

pub(crate) fn error(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", harmless(text));
}

/// An answer for programs. They read it as it was stored, although a terminal shows it.
///
/// # Errors
/// When the value has no JSON.
pub(crate) fn json(value: &impl Serialize) -> serde_json::Result<()> {
    print(&escaped(&serde_json::to_string_pretty(value)?));
    Ok(())
}

/// A document that is JSON already.
pub(crate) fn json_document(text: &str) {
    print(&escaped(text));
}

/// Columns padded to their widest cell; the last one as it is.
pub(crate) fn table(rows: &[Vec<String>]) {
    for line in lines_of(rows) {
        print(&line);
    }
}

fn print(text: &str) {
    if writeln!(std::io::stdout(), "{text}").is_err_and(|error| error.kind() == ErrorKind::BrokenPipe) {
        std::process::exit(0);
    }
}

/// Line by line what people may see of it.
fn harmless(text: &str) -> String {
    text.split('\n').map(names::visible).collect::<Vec<_>>().join("\n")
}

/// JSON whose texts are the same, with what nobody sees written as an escape. Outside of texts JSON has line feeds and
/// spaces only.
fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if c != '\n' && names::is_unseen(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// One line for each row, whatever is in its cells.
fn lines_of(rows: &[Vec<String>]) -> Vec<String> {
    let rows: Vec<Vec<_>> = rows.iter().map(|row| row.iter().map(|cell| names::visible(cell)).collect()).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let padded = |row: &Vec<std::borrow::Cow<'_, str>>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(padded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "key\u{1b}]0;owned\u{7}\u{9b}31m\nfake  row\u{202e}\u{200b}";

    #[test]
    fn a_cell_is_one_line_and_controls_no_terminal() {
        let rows = [vec!["name".to_owned(), "user".to_owned()], vec![HOSTILE.to_owned(), "ada".to_owned()]];
        assert_eq!(
            lines_of(&rows),
            ["name                      user", "key]0;owned31m fake  row  ada"].map(str::to_owned)
        );
    }

    #[test]
    fn lines_stay_lines_and_nothing_else_controls_a_terminal() {
        assert_eq!(harmless(HOSTILE), "key]0;owned31m\nfake  row");
        assert_eq!(harmless("заказ: 1\n  строка"), "заказ: 1\n  строка");
    }

    #[test]
    fn programs_read_what_was_stored() {
        let stored = serde_json::json!({ "name": HOSTILE, "tag": "\u{e0041}" });
        let written = escaped(&serde_json::to_string_pretty(&stored).unwrap());
        assert!(written.split('\n').all(|line| names::visible(line) == line), "{written:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), stored);
    }
}
