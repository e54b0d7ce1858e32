use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::{Client, Database};

/// How to start a process.
#[derive(Debug, Clone)]
pub struct Launch {
    binary: PathBuf,
    roles: Option<String>,
    environment: Vec<(String, String)>,
    /// SQL for the database before the first start.
    recorded: Option<String>,
    /// Dropped after the last process that uses it.
    database: Arc<Database>,
}

impl Launch {
    /// `binary` is `env!("CARGO_BIN_EXE_artel")`. The process runs in dev mode on loopback with a free port, high rate
    /// limits and short leases.
    pub fn new(binary: impl Into<PathBuf>, database: Database) -> Self {
        let given = [
            ("ENVIRONMENT", "dev"),
            ("ARTEL_PUBLIC_ADDR", "127.0.0.1:0"),
            ("ARTEL_RUNTIME_ADDR", "127.0.0.1:0"),
            ("ARTEL_LLM_PROXY_ADDR", "127.0.0.1:0"),
            ("ARTEL_AUTH_ADDR", "127.0.0.1:0"),
            ("RATE_LIMIT_DEFAULT", "1000000/second"),
            ("RATE_LIMIT_RUNS", "1000000/second"),
            ("GATEWAY__RATE_LIMIT", "1000000/second"),
            ("GATEWAY__WS_RATE_LIMIT", "1000000/second"),
            ("GATEWAY__MESSAGE_RATE_LIMIT", "1000000/second"),
            ("AGENT_RUNTIME__RATE_LIMIT", "1000000/second"),
            ("TOOL_ALLOW_PRIVATE_HOSTS", "127.0.0.1"),
            ("LEASE_SECONDS", "2"),
            ("DB_POOL_SIZE", "8"),
            ("DB_MAX_OVERFLOW", "4"),
            ("LOG_FORMAT", "json"),
        ];
        let environment = given
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .chain(database.environment())
            .collect();
        Self { binary: binary.into(), roles: None, environment, recorded: None, database: Arc::new(database) }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(given, _)| given != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same by a clock that is ahead.
    fn ahead(&self, hours: u32) -> Option<Self> {
        let Ok(library) = std::env::var("ARTEL_TEST_FAKETIME") else {
            assert!(std::env::var_os("CI").is_none(), "ARTEL_TEST_FAKETIME is not set; ./scripts/test sets it");
            println!(
                "skipped: ARTEL_TEST_FAKETIME is not set; ./scripts/test sets it where it can install libfaketime"
            );
            return None;
        };
        Some(self.clone().with("LD_PRELOAD", &library).with("FAKETIME", &format!("+{hours}h")))
    }

    /// Starts only these roles, separated by commas.
    #[must_use]
    pub fn roles(mut self, roles: &str) -> Self {
        self.roles = Some(roles.to_owned());
        self
    }

    /// Starts on a database in which this SQL text was run.
    #[must_use]
    pub fn on_recorded(mut self, sql: String) -> Self {
        self.recorded = Some(sql);
        self
    }

    /// Starts the process in a new data directory and waits until it is ready.
    pub async fn start(self) -> Artel {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let log = Arc::new(Mutex::new(String::new()));
        if let Some(sql) = &self.recorded {
            self.database.restore(&directory.path().join("data"), sql).await;
        }
        let (child, ready) = spawn(&self, directory.path(), &log).await;
        Artel { child, ready, directory, log, launch: self }
    }
}

/// The real binary as a running process. It is killed when this value is dropped.
#[derive(Debug)]
pub struct Artel {
    child: Child,
    /// The JSON line that the process printed when it was ready.
    ready: Value,
    directory: TempDir,
    log: Arc<Mutex<String>>,
    launch: Launch,
}

impl Artel {
    /// `http://127.0.0.1:<port>`. The port changes with a restart.
    pub fn url(&self) -> &str {
        self.ready["public"].as_str().expect("it serves the platform")
    }

    /// The URL of another role, by its name in the ready line (`llm_proxy`).
    pub fn url_of(&self, role: &str) -> &str {
        self.ready[role].as_str().unwrap_or_else(|| panic!("it serves no {role}: {}", self.ready))
    }

    /// All log lines so far, of all starts.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub fn data_dir(&self) -> &Path {
        self.directory.path()
    }

    /// Starts a second process on the same database (PostgreSQL) or file.
    pub async fn another(&self) -> (Child, String) {
        let (child, ready) = spawn(&self.launch, self.directory.path(), &self.log).await;
        (child, ready["public"].as_str().expect("it serves the platform").to_owned())
    }

    /// Starts a second process whose own clock is ahead, with these roles. `None` when the machine has no library for
    /// that: the reason is printed, and in CI that is a failure.
    pub async fn another_ahead(&self, hours: u32, roles: &str) -> Option<(Child, String)> {
        let shifted = self.launch.ahead(hours)?.roles(roles);
        let (child, ready) = spawn(&shifted, self.directory.path(), &self.log).await;
        Some((child, ready["public"].as_str().unwrap_or_default().to_owned()))
    }

    /// Runs a subcommand on the same data by a clock that is ahead; returns its stdout and whether it succeeded.
    pub async fn command_ahead(&self, hours: u32, args: &[&str]) -> Option<(String, bool)> {
        Some(run(&self.launch.ahead(hours)?, self.directory.path(), args).await)
    }

    /// Kills the process with SIGKILL.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("SIGKILL");
    }

    /// Stops the process with SIGTERM; returns whether it ended successfully.
    pub async fn terminate(&mut self) -> bool {
        let pid = self.child.id().expect("a running process").to_string();
        Command::new("kill").args(["-TERM", &pid]).status().await.expect("kill");
        let ended = tokio::time::timeout(Duration::from_secs(40), self.child.wait()).await.expect("an end within 40 s");
        ended.expect("an exit status").success()
    }

    /// Starts the process again on the same data.
    pub async fn restart(&mut self) {
        (self.child, self.ready) = spawn(&self.launch, self.directory.path(), &self.log).await;
    }

    /// The next start has this setting; without a value, it has none of that name.
    pub fn set(&mut self, name: &str, value: Option<&str>) {
        self.launch.environment.retain(|(given, _)| given != name);
        self.launch.environment.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    }

    /// The first column of the rows of a statement in the database, beside the process.
    pub async fn sql(&self, statement: &str) -> Vec<String> {
        self.launch.database.texts(&self.directory.path().join("data"), statement).await
    }

    /// The same with these roles, with commas; all of them when there are none.
    pub async fn restart_as(&mut self, roles: Option<&str>) {
        self.launch.roles = roles.map(str::to_owned);
        self.restart().await;
    }

    /// Runs a subcommand on the same data; returns its stdout and whether it succeeded.
    pub async fn command(&self, args: &[&str]) -> (String, bool) {
        run(&self.launch, self.directory.path(), args).await
    }

    /// Runs a subcommand with text on its standard input.
    pub async fn command_reading(&self, input: &str, args: &[&str]) -> (String, bool) {
        let mut command = base(&self.launch, self.directory.path());
        let mut child = command
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary");
        child.stdin.take().unwrap().write_all(input.as_bytes()).await.expect("somebody reads");
        let output = child.wait_with_output().await.expect("an end");
        let told = [output.stdout, output.stderr].concat();
        (String::from_utf8(told).expect("UTF-8"), output.status.success())
    }

    /// Runs third-party clients against the process. `script` installs and starts them; `environment` is added to its
    /// environment.
    pub async fn serves(&self, script: &str, environment: &[(&str, &str)]) {
        let ran = Command::new(script).envs(environment.iter().copied()).output().await.expect("the script");
        let (out, errors) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        // A client that cannot be installed on a developer's machine is no failure of the product. In CI it is one.
        if ran.status.code() == Some(77) && std::env::var_os("CI").is_none() {
            println!("skipped: {errors}");
            return;
        }
        assert!(ran.status.success(), "{out}\n{errors}\n{}", self.log());
        assert!(out.contains("all clients are served"), "{out}");
    }

    /// A client with the token of `GET /auth/test-token`.
    pub async fn client(&self) -> Client {
        let token = Client::anonymous(self.url()).get("/auth/test-token").await.1["token"]
            .as_str()
            .expect("a test token")
            .to_owned();
        Client::new(self.url(), &token)
    }

    /// A client of another tenant, with a token made by `artel token`.
    pub async fn client_of(&self, tenant: &str) -> Client {
        let (token, _) = self.command(&["token", "--tenant", tenant, "--user", tenant]).await;
        Client::new(self.url(), token.trim())
    }
}

async fn run(launch: &Launch, directory: &Path, args: &[&str]) -> (String, bool) {
    let output = base(launch, directory).args(args).output().await.expect("the binary");
    if !output.status.success() {
        println!("artel {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    (String::from_utf8(output.stdout).expect("UTF-8"), output.status.success())
}

fn base(launch: &Launch, directory: &Path) -> Command {
    let mut command = Command::new(&launch.binary);
    // The environment of the shell must not influence a test.
    command.env_clear().envs(launch.environment.iter().map(|(name, value)| (name, value)));
    command.env("ARTEL_DATA_DIR", directory.join("data")).env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.current_dir(directory);
    command
}

async fn spawn(launch: &Launch, directory: &Path, log: &Arc<Mutex<String>>) -> (Child, Value) {
    let mut command = base(launch, directory);
    command
        .arg("serve")
        .args(launch.roles.iter().flat_map(|roles| ["--role", roles]))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().expect("the binary starts");
    let errors = BufReader::new(child.stderr.take().unwrap());
    let kept = log.clone();
    tokio::spawn(async move {
        let mut lines = errors.lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let mut log = kept.lock().unwrap();
            log.push_str(&line);
            log.push('\n');
        }
    });
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = tokio::time::timeout(Duration::from_secs(20), lines.next_line())
        .await
        .expect("ready within 20 s")
        .expect("stdout");
    let Some(ready) = ready else { panic!("the process ended before it was ready:\n{}", log.lock().unwrap()) };
    (child, serde_json::from_str(&ready).expect("the ready line is JSON"))
}
