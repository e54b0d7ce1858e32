//! `follow`: applies the changes of how-to pages to a copy of the workspace, and runs the pages' tests there.
//!
//! A block of a page with ` file=<path>` behind its language is applied: a `diff` block inserts its `+` lines between
//! the lines around them, and any other block is a new file. The lines of the blocks `sh prepare` and `sh test` are the
//! commands that must succeed afterwards. Several pages share one copy, which is prepared for all of them and then
//! built once.

mod copy;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};

use crate::workspace::Workspace;
use copy::Copy;

/// What a page shows is formatted like everything else.
const FORMAT: &str = "cargo fmt --all --check";
/// Commands that write files which other commands read.
const PREPARE: &str = "sh prepare";
const TEST: &str = "sh test";

/// One block of a page that changes a file.
#[derive(Debug, PartialEq)]
pub(crate) struct Change {
    file: PathBuf,
    kind: Kind,
}

#[derive(Debug, PartialEq)]
enum Kind {
    NewFile(String),
    /// The lines before and after the change.
    Edit {
        before: String,
        after: String,
    },
}

/// Applies the pages to one copy and runs their commands there.
pub(crate) fn follow(pages: &[&str]) -> anyhow::Result<()> {
    ensure!(!pages.is_empty(), "say which page is to be followed");
    let Workspace { root, target, .. } = Workspace::read()?;
    let mut copy = Copy::of(&root, target.join("follow"))?;
    let (mut prepare, mut test) = (Vec::new(), Vec::new());
    for page in pages {
        let text = fs::read_to_string(root.join(page)).with_context(|| format!("{page} cannot be read"))?;
        let changes = changes(&text)?;
        for change in &changes {
            let old = copy.text(&change.file)?;
            copy.put(&change.file, apply(change, old).with_context(|| format!("{page} cannot be followed"))?);
        }
        prepare.extend(commands(&text, PREPARE));
        test.extend(commands(&text, TEST));
        ensure!(!commands(&text, TEST).is_empty(), "{page} has no block `{TEST}` that says how to try the change");
        println!("{page}: {} changes in {} files", changes.len(), files(&changes));
    }
    let directory = copy.write()?;
    let mut done = BTreeSet::new();
    for command in std::iter::once(FORMAT.to_owned()).chain(prepare).chain(test) {
        if done.insert(command.clone()) {
            run(&command, &directory, &target)?;
        }
    }
    println!("followed: {}", pages.join(", "));
    Ok(())
}

/// The changes of the page, in order.
pub(crate) fn changes(page: &str) -> anyhow::Result<Vec<Change>> {
    let mut found = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some((language, file)) = line.strip_prefix("```").and_then(|info| info.split_once(" file=")) else {
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let kind = if language == "diff" { edit(&block)? } else { Kind::NewFile(block.join("\n") + "\n") };
        found.push(Change { file: file.into(), kind });
    }
    Ok(found)
}

fn edit(block: &[&str]) -> anyhow::Result<Kind> {
    let (mut before, mut after) = (String::new(), String::new());
    for line in block {
        let (sign, text) = line.split_at_checked(1).unwrap_or((" ", ""));
        let text = format!("{text}\n");
        match sign {
            " " => {
                before += &text;
                after += &text;
            }
            "+" => after += &text,
            "-" => before += &text,
            _ => bail!("a line of a diff begins with ' ', '+' or '-', not with {line:?}"),
        }
    }
    Ok(Kind::Edit { before, after })
}

/// The file's text after the change.
///
/// # Arguments
/// * `old`: the text before it; `None` when there is no such file.
fn apply(change: &Change, old: Option<String>) -> anyhow::Result<String> {
    let shown = change.file.display();
    match (&change.kind, old) {
        (Kind::NewFile(_), Some(_)) => bail!("{shown} is there already"),
        (Kind::NewFile(text), None) => Ok(text.clone()),
        (Kind::Edit { .. }, None) => bail!("{shown} is not there"),
        (Kind::Edit { before, after }, Some(old)) => {
            // When the lines occur more than once, the first place is changed: in a changelog that is the newest part.
            ensure!(old.contains(before.as_str()), "{shown} has not these lines one after the other:\n{before}");
            Ok(old.replacen(before, after, 1))
        }
    }
}

fn files(changes: &[Change]) -> usize {
    let mut files: Vec<&PathBuf> = changes.iter().map(|change| &change.file).collect();
    files.sort();
    files.dedup();
    files.len()
}

/// The commands of the page's blocks of this kind.
fn commands(page: &str, kind: &str) -> Vec<String> {
    let mut lines = page.lines();
    let mut found = Vec::new();
    while lines.by_ref().any(|line| line.strip_prefix("```") == Some(kind)) {
        found.extend(lines.by_ref().take_while(|line| *line != "```").map(str::to_owned));
    }
    found
}

/// Runs a command in the copy. Both workspaces build in one directory, so that dependencies are built once.
fn run(command: &str, copy: &Path, target: &Path) -> anyhow::Result<()> {
    println!("$ {command}");
    let started = Instant::now();
    let status = Command::new("sh")
        .current_dir(copy)
        .env("CARGO_TARGET_DIR", target)
        .args(["-c", command])
        .status()
        .context("sh cannot be run")?;
    ensure!(status.success(), "in the workspace that follows the pages, this fails: {command}");
    println!("{} s: {command}", started.elapsed().as_secs());
    Ok(())
}

#[cfg(test)]
mod tests;
