//! Checks that a translated page (`README.ru.md`) has the commands of its original (`README.md`), in their order.
//!
//! Comments are for people, so they are translated; everything else in a block of shell is the same.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::files::files;

const DIRECTORIES: [&str; 2] = ["", "docs"];
const TRANSLATED: &str = ".ru.md";

pub(crate) fn faults(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    for directory in DIRECTORIES {
        for page in files(&root.join(directory))? {
            let Some(original) = original_of(&page) else { continue };
            let [translated, original] = [page, original].map(|page| {
                std::fs::read_to_string(&page).with_context(|| page.display().to_string()).map(|t| (page, t))
            });
            let ((page, translated), (_, original)) = (translated?, original?);
            let name = page.strip_prefix(root).unwrap_or(&page).display().to_string();
            faults.extend(
                difference(&commands(&original), &commands(&translated)).map(|fault| format!("{name}: {fault}")),
            );
        }
    }
    Ok(faults)
}

fn original_of(page: &Path) -> Option<PathBuf> {
    let name = page.file_name()?.to_str()?.strip_suffix(TRANSLATED)?;
    Some(page.with_file_name(format!("{name}.md")))
}

/// The lines of all blocks of shell, without comments.
fn commands(page: &str) -> Vec<&str> {
    let mut shell = false;
    let mut found = Vec::new();
    for line in page.lines() {
        if line.starts_with("```") {
            shell = line == "```sh";
        } else if shell {
            let line =
                if line.starts_with("# ") { "" } else { line.split("  # ").next().unwrap_or_default().trim_end() };
            found.extend((!line.is_empty()).then_some(line));
        }
    }
    found
}

/// The first line that differs.
fn difference(original: &[&str], translated: &[&str]) -> Option<String> {
    let longest = original.len().max(translated.len());
    let differ = |at: &usize| original.get(*at) != translated.get(*at);
    let at = (0..longest).find(differ)?;
    let shown = |lines: &[&str]| lines.get(at).map_or_else(|| "nothing".to_owned(), |line| format!("{line:?}"));
    Some(format!("it has {} where the original has {}", shown(translated), shown(original)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGINAL: &str = "Start:\n```sh\nartel serve    # the server\n# then\ncurl x\n```\n```json\n{}\n```\n";

    #[test]
    fn words_and_comments_are_translated() {
        let translated = "Запуск:\n```sh\nartel serve  # сервер\ncurl x\n```\nещё\n";
        assert_eq!(difference(&commands(ORIGINAL), &commands(translated)), None);
    }

    #[test]
    fn a_command_that_differs_or_is_missing_is_named() {
        let other = ORIGINAL.replace("curl x", "curl y");
        let said = difference(&commands(ORIGINAL), &commands(&other)).unwrap();
        assert_eq!(said, r#"it has "curl y" where the original has "curl x""#);
        let said = difference(&commands(ORIGINAL), &commands("")).unwrap();
        assert_eq!(said, r#"it has nothing where the original has "artel serve""#);
    }

    #[test]
    fn only_translations_have_an_original() {
        assert_eq!(original_of(Path::new("docs/quickstart.ru.md")), Some(PathBuf::from("docs/quickstart.md")));
        assert_eq!(original_of(Path::new("docs/quickstart.md")), None);
    }
}
