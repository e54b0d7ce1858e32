//! The one place that prints. Logs go to stderr through `tracing`; this is what a command answers.

use std::io::{ErrorKind, Write as _};

/// A line of the answer. Whoever closed the pipe (`artel … | head`) has what they wanted: the command ends.
pub(crate) fn line(text: &str) {
    if writeln!(std::io::stdout(), "{text}").is_err_and(|error| error.kind() == ErrorKind::BrokenPipe) {
        std::process::exit(0);
    }
}

/// A line that is there at once, also when stdout is a pipe (the ready line). A server goes on when nobody reads it.
pub(crate) fn line_now(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
    let _ = std::io::stdout().flush();
}

pub(crate) fn error(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Columns padded to their widest cell; the last one as it is.
pub(crate) fn table(rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        line(cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}
