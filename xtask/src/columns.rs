//! Lines of prose are at most 120 columns wide: comments of Rust files, and the pages.
//!
//! Tables, headings, code blocks and lines without a space to break at are left alone, and code is rustfmt's business.

use std::path::Path;

use anyhow::Context as _;

use crate::files::{files, rust_files};

const COLUMNS: usize = 120;
const PAGES: [&str; 4] = ["", "docs", "docs/adding", ".github"];

pub(crate) fn faults(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    for directory in ["crates", "xtask", "bench"] {
        for file in rust_files(&root.join(directory))? {
            faults.extend(in_file(root, &file, long_comments)?);
        }
    }
    for directory in PAGES {
        let pages = files(&root.join(directory))?;
        for page in pages.iter().filter(|page| page.extension().is_some_and(|ending| ending == "md")) {
            faults.extend(in_file(root, page, long_prose)?);
        }
    }
    Ok(faults)
}

fn in_file(root: &Path, file: &Path, long: fn(&str) -> Vec<usize>) -> anyhow::Result<Vec<String>> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let name = file.strip_prefix(root).unwrap_or(file).display();
    Ok(long(&text).into_iter().map(|line| format!("{name}:{line} is wider than {COLUMNS} columns")).collect())
}

/// The numbers of the lines that are comments and too wide.
fn long_comments(text: &str) -> Vec<usize> {
    numbers(text.lines().map(|line| line.trim_start().starts_with("//") && is_wide(line)))
}

/// The numbers of the lines of a page that are prose and too wide.
fn long_prose(text: &str) -> Vec<usize> {
    let mut in_code = false;
    numbers(text.lines().map(|line| {
        let start = line.trim_start();
        in_code ^= start.starts_with("```");
        !in_code && !start.starts_with(['|', '#', '<', '!']) && is_wide(line)
    }))
}

fn is_wide(line: &str) -> bool {
    line.chars().count() > COLUMNS && line.chars().take(COLUMNS).skip(40).any(char::is_whitespace)
}

fn numbers(faulty: impl Iterator<Item = bool>) -> Vec<usize> {
    faulty.zip(1..).filter_map(|(is_faulty, number)| is_faulty.then_some(number)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_counted_and_code_is_not() {
        let wide = "many words ".repeat(12);
        assert_eq!(long_prose(&format!("short\n{wide}\n```\n{wide}\n```\n| {wide}\n* {wide}\n")), [2, 7]);
        assert_eq!(long_comments(&format!("// short\n    /// {wide}\nlet text = \"{wide}\";\n")), [2]);
    }

    #[test]
    fn columns_are_characters() {
        assert!(long_prose(&"ёлка ".repeat(24)).is_empty());
        assert_eq!(long_prose(&"ёлка ".repeat(25)), [1]);
    }
}
