//! Checks that the tests exist which pages name for their claims, as `file::name`.

use std::path::Path;

use anyhow::Context as _;

/// The pages that name a test for each claim.
const PAGES: [&str; 2] = ["docs/security.md", "docs/seeds.md"];

pub(crate) fn faults(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    for page in PAGES {
        let text = std::fs::read_to_string(root.join(page)).context(page)?;
        let gone = missing(root, &text).into_iter();
        faults.extend(gone.map(|test| format!("{page} names the test {test}, which is not there")));
    }
    Ok(faults)
}

/// The tests that the page names and the repository has not.
fn missing<'page>(root: &Path, page: &'page str) -> Vec<&'page str> {
    let spans = page.split('`').skip(1).step_by(2);
    spans.filter(|span| named(span).is_some_and(|(file, name)| !has(&root.join(file), name))).collect()
}

/// The file and the name in a span such as `xtask/tests/tidy.rs::the_workspace_is_tidy`.
fn named(span: &str) -> Option<(&str, &str)> {
    span.split_once("::").filter(|(file, _)| Path::new(file).extension().is_some_and(|end| end == "rs"))
}

fn has(file: &Path, name: &str) -> bool {
    std::fs::read_to_string(file).is_ok_and(|text| text.contains(&format!("fn {name}(")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing_here(page: &str) -> Vec<&str> {
        missing(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap(), page)
    }

    #[test]
    fn tests_that_exist_and_other_words_may_be_named() {
        let page = "`xtask/tests/tidy.rs::the_workspace_is_tidy`, `xtask/src/main.rs`, `tools::find`, `custom::name`";
        assert_eq!(missing_here(page), [""; 0]);
    }

    #[test]
    fn a_test_or_a_file_that_is_gone_is_a_fault() {
        let page = "`xtask/tests/tidy.rs::the_workspace`, `xtask/tests/gone.rs::the_workspace_is_tidy`";
        assert_eq!(
            missing_here(page),
            ["xtask/tests/tidy.rs::the_workspace", "xtask/tests/gone.rs::the_workspace_is_tidy"]
        );
    }
}
