//! The connectors of this installation: those of the binary and those of `CONNECTORS_DIR`.

use std::path::PathBuf;

use anyhow::Context as _;
use artel_connectors::{Catalogue, Warning};

/// All of them, and what was left out.
///
/// # Errors
/// The directory, or a file of it, cannot be read.
pub(crate) fn catalogue() -> anyhow::Result<(Catalogue, Vec<Warning>)> {
    Ok(Catalogue::new(&operators_files()?))
}

/// Names and texts of the YAML files in `CONNECTORS_DIR`, in the order of their names.
fn operators_files() -> anyhow::Result<Vec<(String, String)>> {
    let Some(directory) = std::env::var_os("CONNECTORS_DIR").filter(|value| !value.is_empty()).map(PathBuf::from)
    else {
        return Ok(Vec::new());
    };
    let unreadable = || format!("{} cannot be read (CONNECTORS_DIR)", directory.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&directory).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        if path.extension().is_some_and(|end| end == "yaml" || end == "yml") {
            let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            files.push((path.display().to_string(), text));
        }
    }
    files.sort();
    Ok(files)
}
