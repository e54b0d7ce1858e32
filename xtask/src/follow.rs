//! `follow`: applies the changes of a how-to page to a copy of the workspace, and runs the page's tests there.
//!
//! A block of the page with ` file=<path>` behind its language is applied: a `diff` block inserts its `+` lines between
//! the lines around them, and any other block is a new file. The lines of a block `sh test` are the commands that must
//! succeed afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};

use crate::workspace::Workspace;

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

/// Applies the page to a copy and runs its tests.
pub(crate) fn follow(page: &str) -> anyhow::Result<()> {
    let Workspace { root, target, .. } = Workspace::read()?;
    let text = fs::read_to_string(root.join(page)).with_context(|| format!("{page} cannot be read"))?;
    let changes = changes(&text)?;
    let copy = target.join("follow");
    copy_of(&root, &copy)?;
    for change in &changes {
        apply(change, &copy)?;
    }
    rename(&copy)?;
    test(&copy, &target, &tests(&text))?;
    println!("followed: {page}, {} changes in {} files", changes.len(), files(&changes));
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

/// Applies a change to the copy.
pub(crate) fn apply(change: &Change, copy: &Path) -> anyhow::Result<()> {
    let path = copy.join(&change.file);
    let shown = change.file.display();
    match &change.kind {
        Kind::NewFile(text) => {
            ensure!(!path.exists(), "{shown} is there already");
            fs::write(&path, text).with_context(|| format!("{shown} cannot be written"))
        }
        Kind::Edit { before, after } => {
            let old = fs::read_to_string(&path).with_context(|| format!("{shown} cannot be read"))?;
            // When the lines occur more than once, the first place is changed: in a changelog that is the newest part.
            ensure!(old.contains(before.as_str()), "{shown} has not these lines one after the other:\n{before}");
            fs::write(&path, old.replacen(before, after, 1)).with_context(|| format!("{shown} cannot be written"))
        }
    }
}

fn files(changes: &[Change]) -> usize {
    let mut files: Vec<&PathBuf> = changes.iter().map(|change| &change.file).collect();
    files.sort();
    files.dedup();
    files.len()
}

/// Copies the files that git tracks or would add, as they are on disk.
fn copy_of(root: &Path, copy: &Path) -> anyhow::Result<()> {
    if copy.exists() {
        fs::remove_dir_all(copy)?;
    }
    let listed = Command::new("git")
        .current_dir(root)
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()?;
    ensure!(listed.status.success(), "git cannot list the files of this checkout");
    let listed = String::from_utf8(listed.stdout)?;
    for file in listed.split('\0').filter(|file| !file.is_empty() && root.join(file).is_file()) {
        let to = copy.join(file);
        fs::create_dir_all(to.parent().context("a file has a directory")?)?;
        fs::copy(root.join(file), to)?;
    }
    Ok(())
}

/// Gives the crates of the copy another version. Both workspaces build in one directory, so that dependencies are built
/// once, and cargo distinguishes crates by name, version and path within the workspace.
fn rename(copy: &Path) -> anyhow::Result<()> {
    let manifest = copy.join("Cargo.toml");
    let text = fs::read_to_string(&manifest)?;
    let (before, after) =
        text.split_once("[workspace.package]\nversion = \"").context("the manifest sets the crates' version first")?;
    let (version, rest) = after.split_once('"').context("a version ends")?;
    Ok(fs::write(&manifest, format!("{before}[workspace.package]\nversion = \"{version}-followed\"{rest}"))?)
}

/// The commands of the page's blocks `sh test`.
fn tests(page: &str) -> Vec<&str> {
    let mut lines = page.lines();
    let mut found = Vec::new();
    while lines.by_ref().any(|line| line == "```sh test") {
        found.extend(lines.by_ref().take_while(|line| *line != "```"));
    }
    found
}

fn test(copy: &Path, target: &Path, commands: &[&str]) -> anyhow::Result<()> {
    ensure!(!commands.is_empty(), "the page has no block `sh test` that says how to try the change");
    for command in commands {
        let status = Command::new("sh")
            .current_dir(copy)
            .env("CARGO_TARGET_DIR", target)
            .args(["-c", command])
            .status()
            .context("sh cannot be run")?;
        ensure!(status.success(), "in the workspace that follows the page, this fails: {command}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Kind, changes};

    #[test]
    fn a_page_is_read_as_new_files_and_edits_and_its_other_blocks_are_not() {
        let page = "text\n```rust file=a/b.rs\nfn a() {}\n```\n```sh\nls\n```\n```diff file=c\n x\n+y\n-z\n```\n";
        let found = changes(page).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].file.to_str(), &found[0].kind), (Some("a/b.rs"), &Kind::NewFile("fn a() {}\n".into())));
        assert_eq!(found[1].kind, Kind::Edit { before: "x\nz\n".into(), after: "x\ny\n".into() });
        assert!(changes("```diff file=c\nx\n```\n").is_err());
    }

    #[test]
    fn pages_say_what_can_be_done_to_the_files_as_they_are() {
        can_be_done("docs/adding/tool.md", 5);
        can_be_done("docs/adding/event.md", 6);
    }

    /// # Arguments
    /// * `files`: the most files that the page may change, the changelog among them.
    fn can_be_done(page: &str, files: usize) {
        let root = crate::workspace::Workspace::read().unwrap().root;
        let page = std::fs::read_to_string(root.join(page)).unwrap();
        let found = changes(&page).unwrap();
        assert!(found.len() >= 4 && super::files(&found) <= files, "{found:?}");
        assert!(!super::tests(&page).is_empty());
        for change in &found {
            let there = std::fs::read_to_string(root.join(&change.file));
            match &change.kind {
                Kind::NewFile(_) => assert!(there.is_err(), "{change:?} is there already"),
                Kind::Edit { before, .. } => {
                    assert!(there.unwrap().contains(before.as_str()), "{change:?} does not apply");
                }
            }
        }
    }
}
