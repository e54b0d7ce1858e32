//! A PostgreSQL of our own with its default settings: every commit is on the disk before it is answered.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use rustix::process::Signal;
use tempfile::TempDir;
use tokio::process::Command;

use super::program::Program;
use crate::process::Watched;

pub(crate) struct Postgres {
    program: Program,
    address: SocketAddr,
    _directory: TempDir,
}

/// The unprivileged account the server runs as; PostgreSQL refuses to run as root.
#[derive(Clone, Copy)]
struct Account {
    user: u32,
    group: u32,
}

impl Postgres {
    pub(crate) async fn start(scratch: &Path) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("artel-bench-postgres-").tempdir_in(scratch)?;
        let account = Account::for_server()?;
        if let Some(account) = account {
            chown(directory.path(), Some(account.user), Some(account.group))?;
            std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o755))?;
        }
        let data = directory.path().join("data");
        let mut initdb = command("initdb", account)?;
        initdb.args(["--username=artel", "--auth=trust", "--encoding=UTF8", "--locale=C", "-D"]).arg(&data);
        let made = initdb.current_dir(directory.path()).output().await?;
        ensure!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));

        let address = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?.local_addr()?;
        let mut server = command("postgres", account)?;
        // The three that durability rests on are the defaults; they are written out so that nobody has to look.
        server.args(["-c", "fsync=on", "-c", "synchronous_commit=on", "-c", "full_page_writes=on"]);
        server.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-p", &address.port().to_string(), "-D"]);
        let mut program = Program::start("postgres", server.arg(&data).current_dir(directory.path()), directory.path())?;
        program.until_ready(|| accepts_sessions(address)).await?;
        Ok(Self { program, address, _directory: directory })
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://artel@{}/postgres", self.address)
    }

    pub(crate) fn watched(&self) -> Watched {
        self.program.watched.clone()
    }

    pub(crate) async fn stop(self) -> Result<()> {
        self.program.stop(Signal::INT).await
    }
}

impl Account {
    /// None when this program is not root and the server may run as whoever we are.
    fn for_server() -> Result<Option<Self>> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let accounts = std::fs::read_to_string("/etc/passwd")?;
        let find = |name: &str| accounts.lines().find_map(|line| parse_account(line, name));
        find("postgres").or_else(|| find("nobody")).map(Some).context("no unprivileged account to run PostgreSQL as")
    }
}

fn parse_account(line: &str, name: &str) -> Option<Account> {
    let mut fields = line.split(':');
    (fields.next()? == name).then_some(())?;
    let user = fields.nth(1)?.parse().ok()?;
    Some(Account { user, group: fields.next()?.parse().ok()? })
}

fn command(name: &str, account: Option<Account>) -> Result<Command> {
    let mut command = Command::new(find(name).with_context(|| format!("{name} is not installed (Debian: postgresql)"))?);
    if let Some(Account { user, group }) = account {
        command.uid(user).gid(group);
    }
    Ok(command)
}

/// In the search path, or where Debian keeps each version's own.
fn find(name: &str) -> Option<PathBuf> {
    let mut directories = std::env::split_paths(&std::env::var_os("PATH")?).collect::<Vec<_>>();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    directories.extend(versions.map(|version| version.path().join("bin")));
    directories.into_iter().map(|directory| directory.join(name)).find(|path| path.is_file())
}

async fn accepts_sessions(address: SocketAddr) -> Result<()> {
    let mut probe = command("pg_isready", None)?;
    let status = probe.args(["--quiet", "--host=127.0.0.1", "--port", &address.port().to_string()]).status().await?;
    ensure!(status.success(), "not ready for sessions");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_read_from_its_line() {
        let account = parse_account("postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash", "postgres");
        assert_eq!(account.map(|account| (account.user, account.group)), Some((101, 104)));
        assert!(parse_account("postgresql:x:101:104::/:/bin/sh", "postgres").is_none());
    }
}
