//! A private PostgreSQL that a test may kill.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "these are tests")]

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

/// Lives in a temporary directory on a free port, with fsync on.
pub(crate) struct Server {
    bin: PathBuf,
    dir: PathBuf,
    port: u16,
}

impl Server {
    /// `None`, with the reason on stderr, when PostgreSQL is not installed. In CI it must be.
    pub(crate) async fn start() -> Option<Self> {
        let Some(bin) = binaries() else {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "PostgreSQL must be installed in CI");
            eprintln!("skipped: no PostgreSQL in /usr/lib/postgresql or PATH");
            return None;
        };
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let server =
            Self { bin, dir: std::env::temp_dir().join(format!("artel-pg-{}-{port}", std::process::id())), port };
        server.creates_directory();
        let data = server.data();
        server.runs("initdb", &["-D", &data, "-U", "artel", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]).await;
        server.starts_again().await;
        Some(server)
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://artel@127.0.0.1:{}/postgres", self.port)
    }

    /// As if the power went away.
    pub(crate) async fn stops_at_once(&self) {
        self.runs("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "stop"]).await;
    }

    pub(crate) async fn starts_again(&self) {
        let settings = format!("-p {} -k {} -c listen_addresses=127.0.0.1", self.port, self.dir.display());
        let log = self.dir.join("log").display().to_string();
        self.runs("pg_ctl", &["-D", &self.data(), "-o", &settings, "-l", &log, "-w", "start"]).await;
    }

    pub(crate) async fn stops(&self) {
        self.stops_at_once().await;
        std::fs::remove_dir_all(&self.dir).unwrap();
    }

    fn data(&self) -> String {
        self.dir.join("data").display().to_string()
    }

    fn creates_directory(&self) {
        std::fs::create_dir_all(&self.dir).unwrap();
        if let Some(ids) = as_root() {
            std::os::unix::fs::chown(&self.dir, Some(ids.0), Some(ids.1)).unwrap();
        }
    }

    /// PostgreSQL refuses to run as root.
    async fn runs(&self, program: &str, args: &[&str]) {
        let program = self.bin.join(program);
        let mut command = if as_root().is_some() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        // Not piped: the server inherits them, and a pipe would stay open as long as it runs.
        let status = command
            .args(args)
            .current_dir(&self.dir)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .await
            .unwrap();
        assert!(status.success(), "{args:?}: {status}");
    }
}

/// A test that fails leaves no server behind.
impl Drop for Server {
    fn drop(&mut self) {
        let Ok(pid) = std::fs::read_to_string(self.dir.join("data/postmaster.pid")) else { return };
        let Some(pid) = pid.lines().next() else { return };
        drop(std::process::Command::new("kill").args(["-QUIT", pid]).status());
    }
}

/// User and group `postgres` when this process is root.
fn as_root() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    if std::fs::metadata("/proc/self").ok()?.uid() != 0 {
        return None;
    }
    let passwd = std::fs::read_to_string("/etc/passwd").ok()?;
    let mut fields = passwd.lines().find(|line| line.starts_with("postgres:"))?.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// The newest installed version's directory, else the one in PATH.
fn binaries() -> Option<PathBuf> {
    let packaged =
        std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let in_path =
        std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let has_server = |bin: &PathBuf| Path::new(bin).join("pg_ctl").exists() && Path::new(bin).join("initdb").exists();
    packaged
        .filter(has_server)
        .max_by_key(|bin| bin.parent().map(Path::to_path_buf))
        .or_else(|| in_path.into_iter().find(has_server))
}
