//! The one place that prints. Logs go to stderr through `tracing`; this is what a command answers.
//!
//! What is printed may hold texts that tenants wrote, so nothing of them leaves this file that controls a terminal, or
//! that nobody sees.

use std::fmt::Write as _;
use std::io::{ErrorKind, IsTerminal as _, Write as _};

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

/// How a part of a picture looks where there are colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    Plain,
    Strong,
    Dim,
    Good,
    Warn,
    Bad,
}

impl Colour {
    /// The code of the terminal (ECMA-48, SGR).
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "0",
            Self::Strong => "1",
            Self::Dim => "2",
            Self::Good => "32",
            Self::Warn => "33",
            Self::Bad => "31",
        }
    }
}

/// A part of a line of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) colour: Colour,
    pub(crate) text: String,
}

impl Piece {
    pub(crate) fn new(colour: Colour, text: impl Into<String>) -> Self {
        Self { colour, text: text.into() }
    }

    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self::new(Colour::Plain, text)
    }
}

/// Where pictures are drawn, each in the place of the one before. What is no terminal gets them one after the other,
/// without colours. The terminal is as it was when this is dropped.
#[derive(Debug)]
pub(crate) struct Screen {
    is_terminal: bool,
    /// `NO_COLOR` (no-color.org): people who want none.
    has_colours: bool,
}

impl Screen {
    pub(crate) fn open() -> Self {
        let is_terminal = std::io::stdout().is_terminal();
        let has_colours = is_terminal && std::env::var_os("NO_COLOR").is_none_or(|given| given.is_empty());
        if is_terminal {
            // The other screen, without a cursor.
            control("\x1b[?1049h\x1b[?25l");
        }
        Self { is_terminal, has_colours }
    }

    pub(crate) fn draw(&mut self, lines: &[Vec<Piece>]) {
        let end = if self.is_terminal { "\x1b[K\r\n" } else { "\n" };
        let mut picture = String::new();
        for line in lines {
            picture.extend(line.iter().map(|piece| painted(piece, self.has_colours)));
            picture.push_str(end);
        }
        if self.is_terminal {
            // From the top, each line to its end, and nothing of what was below.
            control(&format!("\x1b[H{picture}\x1b[J"));
        } else {
            print(&picture);
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if self.is_terminal {
            control("\x1b[?25h\x1b[?1049l");
        }
    }
}

/// What is in a picture may be a tenant's text; what controls the terminal is ours.
fn painted(piece: &Piece, has_colours: bool) -> String {
    let text = names::visible(&piece.text);
    match piece.colour {
        Colour::Plain => text.into_owned(),
        _ if !has_colours => text.into_owned(),
        colour => format!("\x1b[{}m{text}\x1b[0m", colour.code()),
    }
}

fn control(text: &str) {
    let mut out = std::io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
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
    fn a_picture_has_colours_and_no_control_of_a_strangers() {
        assert_eq!(painted(&Piece::new(Colour::Bad, "down\u{1b}[2J"), true), "\u{1b}[31mdown[2J\u{1b}[0m");
        assert_eq!(painted(&Piece::new(Colour::Bad, "down"), false), "down");
        assert_eq!(painted(&Piece::plain("as it is"), true), "as it is");
    }

    #[test]
    fn programs_read_what_was_stored() {
        let stored = serde_json::json!({ "name": HOSTILE, "tag": "\u{e0041}" });
        let written = escaped(&serde_json::to_string_pretty(&stored).unwrap());
        assert!(written.split('\n').all(|line| names::visible(line) == line), "{written:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), stored);
    }
}
