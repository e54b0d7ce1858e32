//! Databases for the compilation of queries: new, with the migrations of one store, and removed afterwards.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

use crate::files::files;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    pub(crate) const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    /// The name that sqlx's macros write into their files.
    pub(crate) fn macro_name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }

    /// The variable that the store's `sqlx.toml` names.
    pub(crate) fn url_variable(self) -> &'static str {
        match self {
            Self::Sqlite => "ARTEL_SQLITE_URL",
            Self::Postgres => "ARTEL_POSTGRES_URL",
        }
    }

    pub(crate) fn package(self) -> String {
        format!("artel-store-{}", self.name())
    }

    pub(crate) fn directory(self, root: &Path) -> PathBuf {
        root.join("crates").join(format!("store-{}", self.name()))
    }

    pub(crate) fn prepared(self, root: &Path) -> PathBuf {
        self.directory(root).join(".sqlx")
    }

    /// A new database with the tables of this store.
    pub(crate) fn fresh(self, root: &Path, scratch: &Path) -> anyhow::Result<Fresh> {
        let migrations = files(&self.directory(root).join("migrations"))?;
        match self {
            Self::Sqlite => fresh_sqlite(&migrations, scratch),
            Self::Postgres => fresh_postgres(&migrations, root),
        }
    }
}

/// A database that exists as long as this value.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) url: String,
    /// The script that stops the server, and its argument.
    server: Option<(PathBuf, String)>,
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let Some((services, directory)) = &self.server {
            let stopped = Command::new(services).args(["stop", directory]).status();
            if !stopped.is_ok_and(|status| status.success()) {
                eprintln!("the servers of {directory} were not stopped");
            }
        }
    }
}

/// Applies files to a SQLite database with Python, which contains SQLite and exists on every machine that builds this.
/// A SQLite older than the product's does not know that rows of an index without texts may be deleted; its table has
/// the same shape, and that is all that is asked of it.
const APPLY: &str = "import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
for migration in sys.argv[2:]:
    text = open(migration, encoding='utf-8').read()
    if sqlite3.sqlite_version_info < (3, 43):
        text = text.replace(', contentless_delete = 1', '')
    database.executescript(text)";

fn fresh_sqlite(migrations: &[PathBuf], scratch: &Path) -> anyhow::Result<Fresh> {
    let file = scratch.join("fresh.db");
    let applied =
        Command::new("python3").args(["-c", APPLY]).arg(&file).args(migrations).status().context("python3")?;
    ensure!(applied.success(), "the migrations of SQLite do not apply");
    Ok(Fresh { url: format!("sqlite://{}", file.display()), server: None })
}

fn fresh_postgres(migrations: &[PathBuf], root: &Path) -> anyhow::Result<Fresh> {
    let services = root.join("scripts/services");
    let output = Command::new(&services)
        .args(["start", "postgres"])
        .stderr(Stdio::inherit())
        .output()
        .context("scripts/services")?;
    ensure!(output.status.success(), "no PostgreSQL to ask");
    let exports = String::from_utf8(output.stdout)?;
    let url = exported(&exports, "ARTEL_TEST_POSTGRES_URL")?;
    let directory = exported(&exports, "ARTEL_SERVICES_DIR")?;
    let fresh = Fresh { url, server: Some((services, directory)) };
    for migration in migrations {
        let mut psql = Command::new("psql");
        psql.args([
            "--quiet",
            "--no-psqlrc",
            "--single-transaction",
            "--set=ON_ERROR_STOP=1",
            "--dbname",
            &fresh.url,
            "--file",
        ])
        .arg(migration);
        ensure!(psql.status().context("psql")?.success(), "{} does not apply", migration.display());
    }
    Ok(fresh)
}

/// The value in a line like `export NAME='value'`.
fn exported(exports: &str, name: &str) -> anyhow::Result<String> {
    let start = format!("export {name}='");
    let line = exports.lines().find_map(|line| line.strip_prefix(start.as_str())?.strip_suffix('\''));
    line.map(Into::into).with_context(|| format!("scripts/services said no {name}"))
}
