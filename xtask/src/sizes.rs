//! Long files: not a fault, a place to look at.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// Beyond this many lines it is worth asking whether two things live in one file.
const LONG: usize = 400;

/// Rust files of the workspace that are longer than [`LONG`], with their lines.
pub(crate) fn long_files(root: &Path) -> anyhow::Result<Vec<(PathBuf, usize)>> {
    let mut long = Vec::new();
    for directory in ["crates", "xtask", "bench"] {
        visit(&root.join(directory), &mut long)?;
    }
    long.sort_by_key(|(_, lines)| std::cmp::Reverse(*lines));
    Ok(long)
}

fn visit(directory: &Path, long: &mut Vec<(PathBuf, usize)>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(directory).with_context(|| directory.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            visit(&path, long)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let lines = std::fs::read_to_string(&path)?.lines().count();
            if lines > LONG {
                long.push((path, lines));
            }
        }
    }
    Ok(())
}
