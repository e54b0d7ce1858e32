use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Database;

/// A PostgreSQL server of this test alone, which it can freeze. It is stopped with this value.
#[derive(Debug)]
pub struct OwnPostgres {
    directory: PathBuf,
    url: String,
}

impl OwnPostgres {
    /// `None` when the machine has no PostgreSQL for tests: the reason is printed, and in CI that is a failure.
    pub fn start() -> Option<Self> {
        Self::with_connections(400)
    }

    /// The same with this many connections at most.
    pub fn with_connections(most: u32) -> Option<Self> {
        if std::env::var_os("ARTEL_TEST_POSTGRES_URL").is_none() {
            assert!(std::env::var_os("CI").is_none(), "ARTEL_TEST_POSTGRES_URL is not set; ./scripts/test sets it");
            println!("skipped: ARTEL_TEST_POSTGRES_URL is not set, so there may be no PostgreSQL here");
            return None;
        }
        // Its errors go to a file: the server inherits them, and a pipe would not end before the server does.
        let mut start = services();
        start.args(["start", "postgres"]).env("ARTEL_SERVICES_MAX_CONNECTIONS", most.to_string()).stderr(Stdio::null());
        let started = start.output().expect("scripts/services");
        let exports = String::from_utf8(started.stdout).expect("UTF-8");
        let value = |name: &str| {
            let line = exports.lines().find_map(|line| line.strip_prefix(&format!("export {name}='")));
            line.unwrap_or_else(|| panic!("scripts/services says no {name}: {exports}"))
                .trim_end_matches('\'')
                .to_owned()
        };
        Some(Self { directory: value("ARTEL_SERVICES_DIR").into(), url: value("ARTEL_TEST_POSTGRES_URL") })
    }

    /// A fresh database on it.
    pub async fn database(&self) -> Database {
        Database::on_postgres(&self.url).await
    }

    /// Every process of the server stands still: connections stay open, new ones are not answered.
    pub fn freeze(&self) {
        // The first one forks the others.
        self.signal("-STOP");
    }

    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let file = std::fs::read_to_string(self.directory.join("pg/postmaster.pid")).expect("a running server");
        let first: u32 = file.lines().next().and_then(|line| line.parse().ok()).expect("a process id");
        send(signal, first);
        children(first).for_each(|child| send(signal, child));
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        self.thaw();
        let _ = services().arg("stop").arg(&self.directory).stderr(Stdio::null()).status();
    }
}

fn services() -> Command {
    Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/services"))
}

fn send(signal: &str, process: u32) {
    // A process that ended meanwhile needs no signal.
    let _ = Command::new("kill").args([signal, &process.to_string()]).stderr(Stdio::null()).status();
}

fn children(of: u32) -> impl Iterator<Item = u32> {
    let processes = std::fs::read_dir("/proc").expect("/proc").flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_string_lossy().parse().ok());
    numbers.filter(move |process| parent(*process) == Some(of))
}

/// The fourth field of `stat`; the second one is in brackets and may have spaces.
fn parent(process: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}
