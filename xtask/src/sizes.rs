//! Long files. They are not faults, but worth a look.

use std::path::{Path, PathBuf};

use crate::files::rust_files;

/// A file with more lines may contain two things.
const LONG: usize = 400;

/// Rust files of the workspace that are longer than [`LONG`], with their lines.
pub(crate) fn long_files(root: &Path) -> anyhow::Result<Vec<(PathBuf, usize)>> {
    let mut long = Vec::new();
    for directory in ["crates", "xtask", "bench"] {
        for file in rust_files(&root.join(directory))? {
            let lines = std::fs::read_to_string(&file)?.lines().count();
            if lines > LONG {
                long.push((file, lines));
            }
        }
    }
    long.sort_by_key(|(_, lines)| std::cmp::Reverse(*lines));
    Ok(long)
}
