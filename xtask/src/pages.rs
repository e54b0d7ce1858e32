//! Checks that the how-to pages name files and symbols that exist, and that the layout page names every crate.
//!
//! A page may show new files and symbols in its own code blocks, because the reader adds them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

const PAGES: &str = "docs/adding";
const LAYOUT: &str = "CONTRIBUTING.md";
/// The directories in which symbols are searched, beside the files at the root.
const SOURCES: [&str; 5] = ["crates", "xtask", "scripts", "bench", ".cargo"];
const SOURCE_ENDS: [&str; 5] = ["rs", "sql", "toml", "json", "example"];
/// Endings by which a word in backticks is recognised as a file.
const FILE_ENDS: [&str; 6] = [".rs", ".md", ".json", ".sql", ".toml", ".snap"];

pub(crate) fn faults(root: &Path) -> anyhow::Result<Vec<String>> {
    let known = Known::read(root)?;
    let mut faults = Vec::new();
    for page in markdown(&root.join(PAGES))? {
        let text = std::fs::read_to_string(&page).with_context(|| page.display().to_string())?;
        let name = page.strip_prefix(root).unwrap_or(&page).display().to_string();
        let here = page.parent().unwrap_or(root);
        faults.extend(
            known.missing(&text, here).into_iter().map(|word| format!("{name} names {word}, which is not there")),
        );
    }
    let layout = std::fs::read_to_string(root.join(LAYOUT)).context(LAYOUT)?;
    faults.extend(
        unnamed_crates(root, &layout)?.into_iter().map(|krate| format!("{LAYOUT} does not name crates/{krate}")),
    );
    Ok(faults)
}

fn unnamed_crates(root: &Path, layout: &str) -> anyhow::Result<Vec<String>> {
    let named: BTreeSet<&str> = code_spans(layout).into_iter().map(|span| span.trim_start_matches("crates/")).collect();
    let crates = std::fs::read_dir(root.join("crates"))?;
    let names = crates
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<anyhow::Result<BTreeSet<_>>>()?;
    Ok(names.into_iter().filter(|name| !named.contains(name.as_str())).collect())
}

/// Files and words of the repository.
struct Known {
    files: Vec<String>,
    words: BTreeSet<String>,
}

impl Known {
    fn read(root: &Path) -> anyhow::Result<Self> {
        let mut paths = Vec::new();
        for directory in SOURCES.into_iter().chain(["docs"]) {
            walk(&root.join(directory), &mut paths)?;
        }
        paths.extend(
            std::fs::read_dir(root)?.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()),
        );
        let mut words = BTreeSet::new();
        for path in paths.iter().filter(|path| !path.starts_with(root.join("docs")) && is_source(path)) {
            words.extend(
                identifiers(&std::fs::read_to_string(path).with_context(|| path.display().to_string())?)
                    .map(str::to_owned),
            );
        }
        let relative = |path: &PathBuf| path.strip_prefix(root).unwrap_or(path).display().to_string();
        Ok(Self { files: paths.iter().map(relative).collect(), words })
    }

    /// What a page names and does not exist.
    fn missing(&self, page: &str, here: &Path) -> Vec<String> {
        let (prose, blocks) = split(page);
        let shown: BTreeSet<&str> = identifiers(&blocks).collect();
        let links = links(&prose).into_iter().filter(|link| !here.join(link).exists()).map(str::to_owned);
        let spans = code_spans(&prose).into_iter().filter(|span| !self.has(span, &shown, &blocks)).map(str::to_owned);
        links.chain(spans).collect()
    }

    fn has(&self, span: &str, shown: &BTreeSet<&str>, blocks: &str) -> bool {
        if is_path(span) {
            let path = span.trim_end_matches('/');
            let ends = |file: &String| {
                file == path || file.ends_with(&format!("/{path}")) || file.contains(&format!("{path}/"))
            };
            return self.files.iter().any(ends) || blocks.contains(path);
        }
        symbol(span).is_none_or(|symbol| self.words.contains(symbol) || shown.contains(symbol))
    }
}

/// Whether the text is a path without a placeholder such as `src/<verb>.rs`.
fn is_path(span: &str) -> bool {
    let has_end = FILE_ENDS.iter().any(|end| span.ends_with(end)) || (span.ends_with('/') && span.len() > 1);
    has_end && !span.contains(['<', '*', ' ', '{', '…', ':'])
}

/// The name of a type, a constant or a function in backticks: `Checked`, `tools::find`, `upstreams()`. Other words are
/// not checked.
fn symbol(span: &str) -> Option<&str> {
    let (path, is_call) = span.strip_suffix("()").map_or((span, false), |path| (path, true));
    if path.is_empty() || !path.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == ':') {
        return None;
    }
    let last = path.rsplit("::").next().filter(|last| !last.is_empty() && !last.contains(':'))?;
    let is_name = is_call || path.contains("::") || last.starts_with(|letter: char| letter.is_ascii_uppercase());
    is_name.then_some(last)
}

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|end| SOURCE_ENDS.iter().any(|source| end == *source))
}

fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty())
}

/// Splits a page into its prose and its fenced blocks.
fn split(page: &str) -> (String, String) {
    let mut parts: BTreeMap<bool, String> = BTreeMap::new();
    let mut fenced = false;
    for line in page.lines() {
        let is_fence = line.trim_start().starts_with("```");
        let part = parts.entry(fenced || is_fence).or_default();
        part.push_str(line);
        part.push('\n');
        fenced ^= is_fence;
    }
    (parts.remove(&false).unwrap_or_default(), parts.remove(&true).unwrap_or_default())
}

/// The texts between backticks.
fn code_spans(prose: &str) -> Vec<&str> {
    prose.split('`').skip(1).step_by(2).collect()
}

/// The targets of links within the repository, without their anchors.
fn links(prose: &str) -> Vec<&str> {
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets
        .map(|target| target.split('#').next().unwrap_or_default())
        .filter(|to| !to.is_empty() && !to.contains("://"))
        .collect()
}

fn markdown(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    walk(directory, &mut paths)?;
    paths.retain(|path| path.extension().is_some_and(|end| end == "md"));
    paths.sort();
    Ok(paths)
}

fn walk(directory: &Path, into: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(directory).with_context(|| directory.display().to_string())? {
        let path = entry?.path();
        if path.is_dir()
            && path.file_name().is_some_and(|name| name != "target" && name != "__pycache__" && name != ".sqlx")
        {
            walk(&path, into)?;
        } else if path.is_file() {
            into.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(page: &str) -> Vec<String> {
        let words = ["Checked", "upstreams", "BUILT_IN"].map(str::to_owned);
        let files = ["crates/llm/src/models.rs", "crates/llm/src/openai/mod.rs"].map(str::to_owned);
        Known { files: files.to_vec(), words: words.into() }.missing(page, Path::new("/nowhere"))
    }

    #[test]
    fn what_exists_may_be_named() {
        let page = "`Checked`, `artel_http::Checked`, `upstreams()`, `BUILT_IN`, `models.rs`, `crates/llm/src/openai/`, `src/<verb>.rs`, `text/plain`";
        assert_eq!(missing(page), [""; 0]);
    }

    #[test]
    fn what_is_gone_is_a_fault() {
        assert_eq!(
            missing("`Unchecked`, `downstreams()` and `models/gone.rs`"),
            ["Unchecked", "downstreams()", "models/gone.rs"]
        );
        assert_eq!(missing("see [this](../../gone.md#there) and [that](https://example.com/gone)"), ["../../gone.md"]);
    }

    #[test]
    fn what_a_page_shows_is_there_for_the_page() {
        assert_eq!(
            missing("`Dice` in `builtin/dice.rs`:\n```rust file=crates/tools/src/builtin/dice.rs\nstruct Dice;\n```\n"),
            [""; 0]
        );
    }

    #[test]
    fn a_crate_that_the_layout_leaves_out_is_named() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let layout = std::fs::read_to_string(root.join(LAYOUT)).unwrap();
        assert_eq!(unnamed_crates(root, &layout.replace("`crates/specialists`", "")).unwrap(), ["specialists"]);
    }
}
