//! The one place that prints. Logs go to stderr through `tracing`; this is what a command answers.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is the CLI's output module")]

/// A line of the answer.
pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// A line that is there at once, also when stdout is a pipe (the ready line).
pub(crate) fn line_now(text: &str) {
    use std::io::Write as _;
    println!("{text}");
    let _ = std::io::stdout().flush();
}

/// Part of a line, at once.
pub(crate) fn part_now(text: &str) {
    use std::io::Write as _;
    print!("{text}");
    let _ = std::io::stdout().flush();
}

pub(crate) fn error(text: &str) {
    eprintln!("{text}");
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
