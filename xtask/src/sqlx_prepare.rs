//! `sqlx-prepare`: writes `.sqlx` with sqlx's macros and a new database.
//!
//! With a URL and `SQLX_OFFLINE_DIR` set, the macros write one file for each query that they expand. `cargo sqlx
//! prepare` does the same, but its installation takes long. Compiler caches are not used, because the expansion depends
//! on the database, which they do not see.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context as _, bail, ensure};

use crate::database::Database;
use crate::files::files;
use crate::workspace::{Workspace, cargo};

/// Prepared queries by file name.
type Prepared = BTreeMap<String, String>;

pub(crate) fn sqlx_prepare(arguments: &[&str]) -> anyhow::Result<()> {
    let check = arguments.contains(&"--check");
    let named: Vec<&str> = arguments.iter().copied().filter(|argument| *argument != "--check").collect();
    if let Some(unknown) = named.iter().find(|name| Database::ALL.iter().all(|database| database.name() != **name)) {
        bail!("unknown database {unknown}: sqlite or postgres");
    }
    let root = Workspace::read()?.root;
    let mut stale = Vec::new();
    for database in Database::ALL.into_iter().filter(|database| named.is_empty() || named.contains(&database.name())) {
        let (old, new) = (read(&database.prepared(&root))?, expand(database, &root)?);
        println!("{}: {} queries", database.package(), new.len());
        if check && old != new {
            stale.push(database.package());
        } else if !check {
            write(&database.prepared(&root), &old, &new)?;
        }
    }
    ensure!(
        stale.is_empty(),
        "the prepared queries of {} are not clean: run `just sqlx-prepare` and commit them",
        stale.join(" and ")
    );
    Ok(())
}

/// Compiles the store against a new database and collects the files of the macros.
fn expand(database: Database, root: &Path) -> anyhow::Result<Prepared> {
    let scratch = Scratch::new(database)?;
    let fresh = database.fresh(root, &scratch.0)?;
    let written = scratch.0.join("queries");
    std::fs::create_dir(&written)?;
    touch(&database.directory(root).join("src/lib.rs"))?;
    let compiled = Command::new(cargo())
        .args(["check", "--quiet", "--all-targets", "--package", &database.package()])
        .current_dir(root)
        .env(database.url_variable(), &fresh.url)
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", &written)
        .env("RUSTC_WRAPPER", "")
        .status()?;
    ensure!(compiled.success(), "{} does not compile against its migrations", database.package());
    read(&written)
}

/// Makes cargo compile the crate again, because rustc does not know that the database changed.
#[expect(clippy::disallowed_methods, reason = "a file's time is the wall clock's; no product code runs here")]
fn touch(file: &Path) -> anyhow::Result<()> {
    let opened = std::fs::File::options().append(true).open(file).with_context(|| file.display().to_string())?;
    Ok(opened.set_modified(SystemTime::now())?)
}

fn read(directory: &Path) -> anyhow::Result<Prepared> {
    let named = |file: &PathBuf| file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    files(directory)?.iter().map(|file| Ok((named(file), std::fs::read_to_string(file)?))).collect()
}

/// Files that did not change are not written, so that nothing is rebuilt.
fn write(directory: &Path, old: &Prepared, new: &Prepared) -> anyhow::Result<()> {
    std::fs::create_dir_all(directory)?;
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        std::fs::remove_file(directory.join(name))?;
    }
    for (name, text) in new.iter().filter(|(name, text)| old.get(*name) != Some(text)) {
        std::fs::write(directory.join(name), text)?;
    }
    Ok(())
}

/// A directory that is removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(database: Database) -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("artel-sqlx-{}-{}", database.name(), std::process::id()));
        std::fs::create_dir(&path).with_context(|| path.display().to_string())?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("{} was not removed: {error}", self.0.display());
        }
    }
}
