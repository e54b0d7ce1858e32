//! A copy of the workspace in which a few files are other than on disk.
//!
//! A file that is the same as at the last time is left alone, so that cargo builds only what differs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

const MANIFEST: &str = "Cargo.toml";

pub(super) struct Copy {
    root: PathBuf,
    directory: PathBuf,
    /// The files of the checkout, by their paths in it.
    listed: BTreeSet<PathBuf>,
    /// The files that are other than in the checkout.
    changed: BTreeMap<PathBuf, String>,
}

impl Copy {
    /// The files that git tracks or would add, as they are on disk.
    pub(super) fn of(root: &Path, directory: PathBuf) -> anyhow::Result<Self> {
        let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let output = Command::new("git").current_dir(root).args(arguments).output()?;
        ensure!(output.status.success(), "git cannot list the files of this checkout");
        let names = String::from_utf8(output.stdout)?;
        let listed = names.split('\0').filter(|name| !name.is_empty() && root.join(name).is_file());
        let listed = listed.map(PathBuf::from).collect();
        let mut copy = Self { root: root.to_owned(), directory, listed, changed: BTreeMap::new() };
        let manifest = copy.text(Path::new(MANIFEST))?.context(MANIFEST)?;
        copy.put(Path::new(MANIFEST), renamed(&manifest)?);
        Ok(copy)
    }

    /// The text of a file as it is in the copy; `None` when there is none.
    pub(super) fn text(&self, file: &Path) -> anyhow::Result<Option<String>> {
        if let Some(text) = self.changed.get(file) {
            return Ok(Some(text.clone()));
        }
        let known = self.listed.contains(file).then(|| fs::read_to_string(self.root.join(file)));
        known.transpose().with_context(|| format!("{} cannot be read", file.display()))
    }

    pub(super) fn put(&mut self, file: &Path, text: String) {
        self.changed.insert(file.to_owned(), text);
    }

    /// Writes what differs from the last time, and removes what does not belong there. Returns the copy's directory.
    pub(super) fn write(self) -> anyhow::Result<PathBuf> {
        let wanted: BTreeSet<&PathBuf> = self.listed.iter().chain(self.changed.keys()).collect();
        for file in there(&self.directory)? {
            if !wanted.contains(&file.strip_prefix(&self.directory)?.to_owned()) {
                fs::remove_file(file)?;
            }
        }
        for file in wanted {
            let to = self.directory.join(file);
            fs::create_dir_all(to.parent().context("a file has a directory")?)?;
            self.write_file(file, &to).with_context(|| format!("{} cannot be written", to.display()))?;
        }
        Ok(self.directory)
    }

    fn write_file(&self, file: &Path, to: &Path) -> std::io::Result<()> {
        let from = self.root.join(file);
        let old = fs::read(to).ok();
        if let Some(text) = self.changed.get(file) {
            return if old.as_deref() == Some(text.as_bytes()) { Ok(()) } else { fs::write(to, text) };
        }
        if old == Some(fs::read(&from)?) { Ok(()) } else { fs::copy(from, to).map(drop) }
    }
}

/// All files below a directory that may not exist.
fn there(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if directory.is_dir() {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            if path.is_dir() { found.extend(there(&path)?) } else { found.push(path) }
        }
    }
    Ok(found)
}

/// The manifest with another version of the crates. Cargo distinguishes crates by name, version and path within the
/// workspace, and the copy is built in the checkout's own target directory.
fn renamed(manifest: &str) -> anyhow::Result<String> {
    let start = "[workspace.package]\nversion = \"";
    let (before, after) = manifest.split_once(start).context("the manifest sets the crates' version first")?;
    let (version, rest) = after.split_once('"').context("a version ends")?;
    Ok(format!("{before}{start}{version}-followed\"{rest}"))
}
