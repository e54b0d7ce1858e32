//! The numbers as a real Prometheus reads them: their form, the rules of deploy/prometheus, and each panel of
//! deploy/grafana under load.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests fail by panicking, and say why they are skipped")]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use artel_testkit::{Artel, Client, Database, Launch};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

fn deploy(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(path)
}

/// The directory of `prometheus` and `promtool`. It is large, so a machine may be without: then nothing is tested, and
/// the reason is printed.
fn programs() -> Option<PathBuf> {
    let found = std::env::var_os("ARTEL_TEST_PROMETHEUS").map(PathBuf::from);
    if found.is_none() {
        println!("skipped: ARTEL_TEST_PROMETHEUS is not set; ./scripts/test sets it where it can install prometheus");
    }
    found
}

async fn promtool(programs: &Path, arguments: &[&str], input: &str) -> (bool, String) {
    let mut command = Command::new(programs.join("promtool"));
    command.args(arguments).current_dir(deploy("prometheus"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
    let output = child.wait_with_output().await.unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

/// An installation that does a bit of everything.
struct Load {
    artel: Artel,
    client: Client,
    /// One whose runs end well, one whose runs fail.
    agents: [String; 2],
}

impl Load {
    async fn start() -> Self {
        let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite).start().await;
        let client = artel.client().await;
        let schema = json!({ "type": "object", "properties": { "text": { "type": "string" } } });
        let echo = json!({ "name": "echo", "input_schema": schema, "execution_type": "internal" });
        let agents = [client.agent("demo:echo", &[echo]).await, client.agent("demo:fail", &[]).await];
        let load = Self { artel, client, agents };
        load.works().await;
        load
    }

    async fn works(&self) {
        for agent in &self.agents {
            let run = self.client.start_run(agent, "Echo the word hello using the tool").await;
            self.client.finished_run(&run).await;
        }
    }
}

#[tokio::test]
async fn the_numbers_follow_the_conventions() {
    let Some(programs) = programs() else { return };
    let load = Load::start().await;
    let numbers = load.client.get("/metrics").await.1;
    let (good, said) = promtool(&programs, &["check", "metrics"], numbers.as_str().unwrap()).await;
    assert!(good, "{said}");
}

#[tokio::test]
async fn the_rules_load_and_each_alert_fires_when_its_cause_is_there() {
    let Some(programs) = programs() else { return };
    for arguments in
        [["check", "config", "prometheus.yml"], ["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]]
    {
        let (good, said) = promtool(&programs, &arguments, "").await;
        assert!(good, "{arguments:?}: {said}");
    }
}

#[tokio::test]
async fn every_panel_shows_data_under_load_and_every_rule_is_evaluated() {
    let Some(programs) = programs() else { return };
    let load = Load::start().await;
    let prometheus = Prometheus::start(&programs, &load.artel).await;
    // A rate needs two samples with something between them.
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(1200)).await;
        load.works().await;
    }
    tokio::time::sleep(Duration::from_millis(2500)).await;
    let dashboard: Value =
        serde_json::from_slice(&std::fs::read(deploy("grafana/dashboards/artel.json")).unwrap()).unwrap();
    let mut empty = Vec::new();
    let panels = dashboard["panels"].as_array().unwrap();
    for target in panels.iter().flat_map(|panel| panel["targets"].as_array().into_iter().flatten()) {
        let expression = target["expr"].as_str().unwrap().replace("$__rate_interval", "30s");
        if prometheus.ask(&expression).await.is_empty() {
            empty.push(expression);
        }
    }
    assert!(empty.is_empty(), "no data for {empty:#?}");
    let rules = prometheus.rules().await;
    assert!(rules.len() >= 15 && rules.iter().all(|rule| rule["health"] == "ok"), "{rules:#?}");
    // Half of the runs fail: what the rule waits for begins with the next samples.
    let mut state = Value::Null;
    for _ in 0..30 {
        load.works().await;
        let rules = prometheus.rules().await;
        state = rules.into_iter().find(|rule| rule["name"] == "ArtelRunsFail").unwrap()["state"].take();
        if state == "pending" {
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("half of the runs fail, and the state of the rule is {state}");
}

/// A Prometheus that scrapes each second.
struct Prometheus {
    client: Client,
    _directory: tempfile::TempDir,
    _child: Child,
}

impl Prometheus {
    async fn start(programs: &Path, artel: &Artel) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let written = std::fs::read_to_string(deploy("prometheus/prometheus.yml")).unwrap();
        let written = written
            .replace("15s", "1s")
            .replace("alerts.yml", deploy("prometheus/alerts.yml").to_str().unwrap())
            .replace("127.0.0.1:8000", artel.url().strip_prefix("http://").unwrap());
        std::fs::write(directory.path().join("prometheus.yml"), written).unwrap();
        // Free now; another process could only take it within the next milliseconds.
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let mut command = Command::new(programs.join("prometheus"));
        command.arg(format!("--config.file={}", directory.path().join("prometheus.yml").display()));
        command.arg(format!("--storage.tsdb.path={}", directory.path().join("data").display()));
        command.arg(format!("--web.listen-address=127.0.0.1:{port}"));
        let child = command.stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
        let client = Client::anonymous(&format!("http://127.0.0.1:{port}"));
        let started = Self { client, _directory: directory, _child: child };
        started.waits().await;
        started
    }

    async fn waits(&self) {
        for _ in 0..200 {
            let answer = self.client.request("GET", "/-/ready").send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("Prometheus did not start");
    }

    async fn get(&self, path: &str) -> Value {
        self.client.get(path).await.1
    }

    async fn rules(&self) -> Vec<Value> {
        let rules = self.get("/api/v1/rules").await;
        rules["data"]["groups"][0]["rules"].as_array().unwrap().clone()
    }

    /// What an expression comes to now.
    async fn ask(&self, expression: &str) -> Vec<Value> {
        let answer = self.client.request("GET", "/api/v1/query").query(&[("query", expression)]).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["status"], "success", "{expression}: {answer}");
        answer["data"]["result"].as_array().unwrap().clone()
    }
}
