//! A private PostgreSQL that writes every commit to the disk before it answers.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use tokio::process::Command;

use crate::process::Watched;

/// Dropping it stops the server and removes its data.
pub(crate) struct Postgres {
    services: PathBuf,
    directory: String,
    pub(crate) url: String,
    pub(crate) watched: Watched,
}

impl Postgres {
    /// Starts it with `scripts/services`, as the tests do, but with durable commits.
    pub(crate) async fn start(services: &Path) -> Result<Self> {
        let mut command = Command::new(services);
        let output = command.args(["start", "--durable", "postgres"]).stderr(Stdio::inherit()).output().await?;
        ensure!(output.status.success(), "{} ended with {}", services.display(), output.status);
        let exports = String::from_utf8(output.stdout)?;
        let directory = exported(&exports, "ARTEL_SERVICES_DIR").context("no directory")?;
        let url = exported(&exports, "ARTEL_TEST_POSTGRES_URL").context("no PostgreSQL")?;
        let pid = first_process(Path::new(&directory))?;
        Ok(Self { services: services.to_owned(), directory, url, watched: Watched { name: "postgres", pid } })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The script itself reports a failure. Nothing more can be done here.
        let _ =
            std::process::Command::new(&self.services).args(["stop", &self.directory]).stdin(Stdio::null()).status();
    }
}

/// The parent process of all processes of the server.
fn first_process(directory: &Path) -> Result<i32> {
    let path = directory.join("pg/postmaster.pid");
    let file = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    file.lines().next().context("it is empty")?.parse().context("no process id")
}

/// The value of a line `export NAME='value'`.
fn exported(lines: &str, name: &str) -> Option<String> {
    let value = lines.lines().find_map(|line| line.strip_prefix("export ")?.strip_prefix(name)?.strip_prefix('='))?;
    Some(value.trim_matches('\'').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_script_exports_is_read() {
        let lines = "export ARTEL_TEST_POSTGRES_URL='postgres://artel@127.0.0.1:1/postgres'\nexport ARTEL_SERVICES_DIR='/tmp/x'\n";
        assert_eq!(exported(lines, "ARTEL_SERVICES_DIR").as_deref(), Some("/tmp/x"));
        assert_eq!(
            exported(lines, "ARTEL_TEST_POSTGRES_URL").as_deref(),
            Some("postgres://artel@127.0.0.1:1/postgres")
        );
        assert_eq!(exported(lines, "ARTEL_TEST_REDIS_URL"), None);
    }
}
