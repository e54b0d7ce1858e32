//! The numbers as a real Prometheus reads them: their form, the rules of deploy/prometheus, and each panel of
//! deploy/grafana under load.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests fail by panicking, and say why they are skipped")]

#[path = "prometheus/around.rs"]
mod around;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use artel_testkit::{Artel, Client, Database, Launch, Receiver, WebhookReceiver};
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
    /// One whose runs end well, one whose runs fail, and one whose tool's results are kept.
    agents: [String; 3],
    /// The server of that tool, and one that is told how runs end.
    servers: (Receiver, WebhookReceiver),
}

impl Load {
    async fn start() -> Self {
        Self::on(Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite)).await
    }

    async fn on(launch: Launch) -> Self {
        let artel = launch.start().await;
        let (token, _) = artel.command(&["token", "--scopes", "admin"]).await;
        let client = Client::new(artel.url(), token.trim());
        let servers = (Receiver::start(Duration::ZERO).await, WebhookReceiver::start().await);
        let wanted = json!({ "url": servers.1.url(), "events": ["run.succeeded"] });
        client.create("/v1/webhooks/endpoints", &wanted).await;
        let mut kept = servers.0.tool("weather", "read_only");
        kept["cache_ttl_seconds"] = json!(600);
        let schema = json!({ "type": "object", "properties": { "text": { "type": "string" } } });
        let echo = json!({ "name": "echo", "input_schema": schema, "execution_type": "internal" });
        let agents = [
            client.agent("demo:echo", &[echo]).await,
            client.agent("demo:fail", &[]).await,
            client.agent("demo:echo", &[kept]).await,
        ];
        let load = Self { artel, client, agents, servers };
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
    // A third of the runs fails: what the rule waits for begins with the next samples.
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
    panic!("a third of the runs fails, and the state of the rule is {state}");
}

/// What goes wrong with the work of an installation. What goes wrong around it is in `prometheus/around.rs`.
const CAUSED: [&str; 9] = [
    "ArtelApprovalForgotten",
    "ArtelBudgetRefuses",
    "ArtelDatabaseDown",
    "ArtelDown",
    "ArtelModelsNotAsked",
    "ArtelNotificationsFail",
    "ArtelRequestsFail",
    "ArtelRunsFail",
    "ArtelRunsWaitForWorkers",
];

/// Everything goes wrong once, on three installations; Prometheus is as patient as a test.
#[tokio::test]
async fn alerts_fire_by_what_they_are_about() {
    let Some(programs) = programs() else { return };
    let Some(database) = Database::postgres().await else { return };
    let (database, proxy) = database.disturbed().await;
    let binary = env!("CARGO_BIN_EXE_artel");
    let broken = Launch::new(binary, Database::Sqlite)
        .with("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
        .with("LLM_RETRIES", "0")
        .with("LLM_BREAKER_FAILURES", "1")
        .with("LLM_BREAKER_OPEN_SECONDS", "600")
        .with("INTERNAL_API_KEY", "between-services-7Xk2");
    let load = Load::on(broken).await;
    let mut idle = Launch::new(binary, Database::Sqlite).roles("platform").start().await;
    let frozen = Launch::new(binary, database).start().await;
    let prometheus = Prometheus::watching(&programs, &[&load.artel, &idle, &frozen], true).await;
    // Rules about increases need to have seen the counters before.
    tokio::time::sleep(Duration::from_secs(9)).await;

    load.asks_a_human().await;
    load.spends_too_much().await;
    load.loses_its_model().await;
    let gone = WebhookReceiver::start().await;
    gone.answers(410, Duration::ZERO);
    let wanted = json!({ "url": gone.url(), "events": ["run.failed"] });
    load.client.create("/v1/webhooks/endpoints", &wanted).await;
    let waiting = idle.client().await;
    let agent = waiting.agent("demo:echo", &[]).await;
    waiting.start_run(&agent, "Nobody works here").await;
    let proxy = proxy.unwrap();
    proxy.freeze();
    let mut second = 0;
    let each_second = async || {
        load.works().await;
        load.fails_requests().await;
        if second == 8 {
            idle.kill().await;
        }
        second += 1;
    };
    prometheus.fires(&CAUSED, each_second).await;
    proxy.thaw();
}

#[test]
fn every_alert_has_a_test_that_causes_it() {
    let rules = std::fs::read_to_string(deploy("prometheus/alerts.yml")).unwrap();
    let all: BTreeSet<_> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    let caused: BTreeSet<_> = CAUSED.iter().chain(&around::CAUSED).copied().collect();
    assert_eq!(all, caused);
}

impl Load {
    /// A call waits for a human.
    async fn asks_a_human(&self) {
        let mut tool = self.servers.0.tool("write_file", "idempotent");
        tool["name"] = json!("write_file");
        let agent = self.client.agent("demo:echo", &[tool]).await;
        self.client.start_run(&agent, "Echo the word hello using the tool").await;
    }

    async fn spends_too_much(&self) {
        let agent = self.client.agent("demo:echo", &[]).await;
        let put = self.client.request("PUT", &format!("/agents/{agent}/budget")).json(&json!({ "run_tokens": 1 }));
        assert_eq!(put.send().await.unwrap().status(), 200);
        let run = self.client.start_run(&agent, "Hello").await;
        self.client.finished_run(&run).await;
    }

    async fn loses_its_model(&self) {
        let agent = self.client.agent("openai:gone", &[]).await;
        let run = self.client.start_run(&agent, "Hello").await;
        assert_eq!(self.client.finished_run(&run).await["status"], "failed");
    }

    /// The models of the LLM proxy are out of reach.
    async fn fails_requests(&self) {
        let body = json!({ "model": "openai:gone", "messages": [{ "role": "user", "content": "?" }] });
        let proxy = Client::anonymous(self.artel.url_of("llm_proxy"));
        for _ in 0..10 {
            let request =
                proxy.request("POST", "/v1/chat/completions").header("x-internal-auth", "between-services-7Xk2");
            assert!(request.json(&body).send().await.unwrap().status().is_server_error());
        }
    }
}

/// A Prometheus that scrapes each second.
struct Prometheus {
    client: Client,
    _directory: tempfile::TempDir,
    _child: Child,
}

impl Prometheus {
    async fn start(programs: &Path, artel: &Artel) -> Self {
        Self::watching(programs, &[artel], false).await
    }

    /// * `in_haste`: minutes and hours of the rules are seconds.
    async fn watching(programs: &Path, installations: &[&Artel], in_haste: bool) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut rules = std::fs::read_to_string(deploy("prometheus/alerts.yml")).unwrap();
        if in_haste {
            let patient =
                [("for: 30s", "for: 1s"), ("> 60\n", "> 2\n"), ("> 86400\n", "> 2\n"), ("now > 2\n", "now > 0.5\n")];
            for (slow, fast) in patient {
                assert!(rules.contains(slow), "{slow}");
                rules = rules.replace(slow, fast);
            }
            for minutes in ["1m", "2m", "5m", "10m", "15m"] {
                rules = rules.replace(&format!("for: {minutes}\n"), "for: 1s\n");
                rules = rules.replace(&format!("[{minutes}]"), "[20s]");
            }
        }
        let rules_at = directory.path().join("rules.yml");
        std::fs::write(&rules_at, rules).unwrap();
        let addresses: Vec<_> =
            installations.iter().map(|one| format!("\"{}\"", one.url().strip_prefix("http://").unwrap())).collect();
        let written = std::fs::read_to_string(deploy("prometheus/prometheus.yml")).unwrap();
        // A scrape may wait 3 s for a database that says nothing, and no longer than the interval.
        let interval = if in_haste { "4s" } else { "1s" };
        let written = written
            .replace("evaluation_interval: 15s", "evaluation_interval: 1s")
            .replace("15s", interval)
            .replace("alerts.yml", rules_at.to_str().unwrap())
            .replace("\"127.0.0.1:8000\"", &addresses.join(", "));
        std::fs::write(directory.path().join("prometheus.yml"), written).unwrap();
        // Free now; another process could only take it within the next milliseconds.
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let mut command = Command::new(programs.join("prometheus"));
        command.arg(format!("--config.file={}", directory.path().join("prometheus.yml").display()));
        command.arg(format!("--storage.tsdb.path={}", directory.path().join("data").display()));
        command.arg(format!("--web.listen-address=127.0.0.1:{port}"));
        let log = directory.path().join("log");
        let child = command.stdin(Stdio::null()).stderr(std::fs::File::create(&log).unwrap());
        let child = child.kill_on_drop(true).spawn().unwrap();
        let client = Client::anonymous(&format!("http://127.0.0.1:{port}"));
        let started = Self { client, _directory: directory, _child: child };
        started.waits(&log).await;
        started
    }

    async fn waits(&self, log: &Path) {
        for _ in 0..600 {
            let answer = self.client.request("GET", "/-/ready").send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("Prometheus did not start: {}", std::fs::read_to_string(log).unwrap());
    }

    async fn get(&self, path: &str) -> Value {
        self.client.get(path).await.1
    }

    /// Waits until each of these alerts has fired, and brings their causes about meanwhile.
    async fn fires(&self, wanted: &[&str], mut each_second: impl AsyncFnMut()) {
        let mut fired = BTreeSet::new();
        for _ in 0..80 {
            each_second().await;
            let rules = self.rules().await;
            let firing = rules.iter().filter(|rule| rule["state"] == "firing");
            fired.extend(firing.map(|rule| rule["name"].as_str().unwrap().to_owned()));
            if wanted.iter().all(|name| fired.contains(*name)) {
                return;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let missing: Vec<_> = wanted.iter().filter(|name| !fired.contains(**name)).collect();
        panic!("{missing:?} did not fire, {fired:?} did");
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
