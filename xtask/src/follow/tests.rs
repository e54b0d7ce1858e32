use super::{Kind, changes, commands};

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
fn commands_are_told_by_the_word_behind_sh() {
    let page = "```sh\nls\n```\n```sh prepare\na\n```\n```sh test\nb\nc\n```\n```sh test\nd\n```\n";
    assert_eq!(commands(page, super::PREPARE), ["a"]);
    assert_eq!(commands(page, super::TEST), ["b", "c", "d"]);
}

/// Each page with the most files that it may change, the changelog among them.
const PAGES: [(&str, usize); 8] = [
    ("catalogue-tool.md", 8),
    ("connector.md", 7),
    ("endpoint.md", 5),
    ("event.md", 6),
    ("migration.md", 9),
    ("provider.md", 7),
    ("store-method.md", 7),
    ("tool.md", 5),
];

#[test]
fn every_page_says_what_can_be_done_to_the_files_as_they_are() {
    let root = crate::workspace::Workspace::read().unwrap().root;
    let mut pages: Vec<String> = std::fs::read_dir(root.join("docs/adding"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    assert_eq!(pages, PAGES.map(|(page, _)| page), "a page is followed, or it is not true for long");
    for (page, most) in PAGES {
        can_be_done(&root, page, most);
    }
}

fn can_be_done(root: &std::path::Path, page: &str, most: usize) {
    let text = std::fs::read_to_string(root.join("docs/adding").join(page)).unwrap();
    let found = changes(&text).unwrap();
    assert!(found.len() >= 4 && super::files(&found) <= most, "{page}: {} files", super::files(&found));
    assert!(!super::commands(&text, super::TEST).is_empty(), "{page}");
    let mut copy = super::Copy::of(root, "nowhere".into()).unwrap();
    for change in &found {
        let old = copy.text(&change.file).unwrap();
        copy.put(&change.file, super::apply(change, old).unwrap_or_else(|error| panic!("{page}: {error}")));
    }
}

#[test]
fn ci_follows_every_page() {
    let root = crate::workspace::Workspace::read().unwrap().root;
    let ci = std::fs::read_to_string(root.join(".ci/run")).unwrap();
    assert!(ci.contains("step pages cargo xtask follow docs/adding/*.md"), "in .ci/run");
}
