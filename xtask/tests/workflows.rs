//! Checks that the files for GitHub are valid YAML and agree with the documentation.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::{Path, PathBuf};

use serde_yaml_ng::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap();
    serde_yaml_ng::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn yaml_files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let nested = entries.flat_map(|path| if path.is_dir() { yaml_files(&path) } else { vec![path] });
    nested.filter(|path| path.extension().is_some_and(|end| end == "yml")).collect()
}

#[test]
fn every_file_for_github_is_yaml_with_members() {
    let files = yaml_files(&root().join(".github"));
    assert!(files.len() >= 5, "{files:?}");
    for file in files {
        assert!(read(&file).as_mapping().is_some_and(|members| !members.is_empty()), "{}", file.display());
    }
}

#[test]
fn ci_runs_what_every_other_machine_runs() {
    let ci = read(&root().join(".github/workflows/ci.yml"));
    let steps = ci["jobs"]["run"]["steps"].as_sequence().unwrap();
    assert!(steps.iter().any(|step| step["run"].as_str() == Some(".ci/run")), "{steps:?}");
}

#[test]
fn a_release_builds_binaries_for_linux_and_macos_and_an_image() {
    let release = read(&root().join(".github/workflows/release.yml"));
    let built = release["jobs"]["binary"]["strategy"]["matrix"]["include"].as_sequence().unwrap();
    let mut targets: Vec<&str> = built.iter().map(|one| one["target"].as_str().unwrap()).collect();
    targets.sort_unstable();
    let expected =
        ["aarch64-apple-darwin", "aarch64-unknown-linux-gnu", "x86_64-apple-darwin", "x86_64-unknown-linux-gnu"];
    assert_eq!(targets, expected);
    let image = release["jobs"]["image"]["steps"].as_sequence().unwrap();
    let file = image.iter().find_map(|step| step["with"]["file"].as_str()).unwrap();
    assert!(root().join(file).exists(), "{file}");
}

#[test]
fn the_exact_compiler_of_ci_is_not_older_than_the_oldest_that_builds_this() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let oldest =
        manifest.lines().find_map(|line| line.strip_prefix("rust-version = \"")).unwrap().trim_end_matches('"');
    for workflow in ["ci", "release"] {
        let workflow = read(&root().join(format!(".github/workflows/{workflow}.yml")));
        let toolchain = [&workflow["env"], &workflow["jobs"]["run"]["env"]]
            .into_iter()
            .find_map(|env| env["RUSTUP_TOOLCHAIN"].as_str());
        assert!(toolchain.unwrap().starts_with(oldest), "{toolchain:?} and {oldest}");
    }
}
