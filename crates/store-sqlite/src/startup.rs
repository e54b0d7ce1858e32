//! The first moments: the file, its schema, and never two processes at it at once.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sqlx::SqliteConnection;
use sqlx::migrate::{MigrateError, Migrator};

use crate::error::{Failure, Outcome};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Held while one process makes the file and brings the schema up to date.
pub(crate) struct StartLock(#[expect(dead_code, reason = "closing the file gives the lock back")] File);

/// Makes the directory and the file when absent (nobody else may read them) and waits for the lock.
pub(crate) async fn lock(path: &Path) -> Outcome<StartLock> {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || take_lock(&path)).await.map_err(Failure::broken)?.map_err(Failure::unavailable)
}

fn take_lock(path: &Path) -> io::Result<StartLock> {
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    // A file of its own: closing a second handle on the database file would drop the locks that SQLite holds on it.
    let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(beside(path, ".lock"))?;
    lock.lock()?;
    match OpenOptions::new().create_new(true).write(true).mode(0o600).open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(StartLock(lock)),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Applies what is missing of the schema. The caller holds the [`StartLock`].
pub(crate) async fn migrate(conn: &mut SqliteConnection) -> Outcome<()> {
    MIGRATIONS.run(conn).await.map_err(|error| match error {
        MigrateError::VersionMissing(found) => Failure::broken(format!(
            "it was written by a newer version of Artel (its schema is at {found}, this program knows up to {}): start the newer version",
            MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
        )),
        other => Failure::broken(other),
    })
}
