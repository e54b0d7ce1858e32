//! What operators read and type: logs, refusals at the start, the demo, a worker's numbers.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, Receiver};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::Command;

const ARTEL: &str = env!("CARGO_BIN_EXE_artel");

/// The log line with this message, once it is there.
async fn logged(artel: &Artel, message: &str) -> Value {
    logged_with(artel, |line| line["message"] == message).await
}

/// The first log line that is meant, once it is there.
async fn logged_with(artel: &Artel, is_meant: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..100 {
        let lines = artel.log();
        let mut lines = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        if let Some(line) = lines.find(&is_meant) {
            return line;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no such line in {}", artel.log());
}

/// A command in an empty directory, without the settings of the shell.
fn command(directory: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(directory);
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// What a command that fails says.
async fn refused(directory: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> String {
    let output = command(directory, ARTEL).args(arguments).envs(environment.iter().copied()).output().await.unwrap();
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn the_log_says_what_starts_what_is_asked_and_how_runs_end() {
    let artel = Launch::new(ARTEL, Database::Sqlite).with("DATABASE_URI", "sqlite://x").start().await;
    let start = logged(&artel, "Artel serves").await;
    assert_eq!((start["level"].as_str(), start["database"].as_str()), (Some("INFO"), Some("sqlite")));
    assert_eq!(start["version"], env!("CARGO_PKG_VERSION"));
    assert!(start["roles"].as_str().unwrap().contains("platform,"), "{start}");
    assert!(start["ports"].as_str().unwrap().contains(&format!("public {}", artel.url())), "{start}");
    logged(&artel, "the variable DATABASE_URI means nothing here; is DATABASE_URL meant?").await;

    let client = artel.client().await;
    client.get("/health").await;
    let agent = client.agent("demo:fail", &[]).await;
    let run = client.start_run(&agent, "hello").await;
    client.finished_run(&run).await;
    let access = logged(&artel, "answered").await;
    assert_eq!((access["level"].as_str(), access["status"].as_u64()), (Some("INFO"), Some(200)), "{access}");
    assert!(access["route"].is_string() && access["latency_ms"].is_u64(), "{access}");
    let traced = "0123456789abcdef0123456789abcdef";
    let asked = client.request("GET", "/agents").header("x-trace-id", traced).send().await.unwrap();
    let id = asked.headers()["x-trace-id"].to_str().unwrap().to_owned();
    assert_eq!(id.replace('-', ""), traced);
    let line = logged_with(&artel, |line| line["message"] == "answered" && line["span"]["trace_id"] == *id).await;
    assert_eq!(line["route"], "/agents", "the line of a request has its trace id: {line}");
    let ended = logged(&artel, "a run ended").await;
    assert_eq!(
        (ended["run_id"].as_str(), ended["outcome"].as_str()),
        (Some(&*run), Some("model_unavailable")),
        "{ended}"
    );
    let failed = logged(&artel, "a model call failed").await;
    assert_eq!((failed["level"].as_str(), failed["model"].as_str()), (Some("WARN"), Some("demo:fail")), "{failed}");
    let log = artel.log();
    assert!(!log.contains(r#""path":"/health""#), "probes are not worth a line: {log}");
}

#[tokio::test]
async fn a_name_that_nobody_knows_stops_the_start_and_says_what_is_meant() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("artel.toml"), "rate_limit_rns = \"1/minute\"\n").unwrap();
    for arguments in [&["serve"][..], &["config", "check"], &["migrate"]] {
        let said = refused(directory.path(), &[], arguments).await;
        assert!(
            said.contains(
                "RATE_LIMIT_RNS: artel.toml sets it, and there is no such setting; is RATE_LIMIT_RUNS meant?"
            ),
            "{said}"
        );
    }
    std::fs::remove_file(directory.path().join("artel.toml")).unwrap();
    let said = refused(directory.path(), &[("LOG_LEVEL", "loud")], &["serve"]).await;
    assert_eq!(
        said,
        "artel: LOG_LEVEL: 'loud' is not a level (off, error, warn, info, debug, trace) or a filter. \
         Example: LOG_LEVEL=info,artel_engine=debug\n"
    );
}

#[tokio::test]
async fn a_postgresql_that_is_not_there_is_named_with_the_cause() {
    let directory = tempfile::tempdir().unwrap();
    let url = "postgresql://artel:hidden-word@127.0.0.1:1/artel";
    let environment = [("DATABASE_URL", url), ("DB_POOL_TIMEOUT_SECONDS", "1")];
    let said = refused(directory.path(), &environment, &["migrate"]).await;
    assert_eq!(
        said,
        "artel: the database of DATABASE_URL cannot be opened: the database is not available: \
         PostgreSQL at 127.0.0.1:1: Connection refused (os error 111)\n"
    );
}

#[tokio::test]
async fn a_closed_pipe_ends_a_command_in_silence() {
    let directory = tempfile::tempdir().unwrap();
    let script = format!("{ARTEL} openapi | head -n 1; {ARTEL} config check | true");
    let output = command(directory.path(), "sh").args(["-c", &script]).output().await.unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "{\n");
}

#[tokio::test]
async fn the_demo_fits_a_terminal_and_its_commands_work_as_copied() {
    let directory = tempfile::tempdir().unwrap();
    let mut demo = command(directory.path(), ARTEL)
        .args(["demo", "--addr", "127.0.0.1:0"])
        .env("TMPDIR", directory.path())
        .env("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/production")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    let mut said = Vec::new();
    while said.last().is_none_or(|line: &String| !line.starts_with("The reference")) {
        said.push(lines.next_line().await.unwrap().expect("the demo goes on"));
    }
    assert!(said.len() <= 24 && said.iter().all(|line| line.chars().count() <= 80), "{said:#?}");
    assert!(said.iter().any(|line| line.starts_with("  tool_call")), "{said:#?}");
    let first = said.iter().position(|line| line.starts_with("KEY=")).unwrap();
    let script = said[first..said.len() - 1].join("\n");
    let tried = command(directory.path(), "sh").args(["-c", &script]).output().await.unwrap();
    let tried = String::from_utf8(tried.stdout).unwrap();
    assert!(tried.contains("event: result") && tried.contains("active_connections"), "{tried}");

    let pid = demo.id().unwrap().to_string();
    Command::new("kill").args(["-INT", &pid]).status().await.unwrap();
    let ended = demo.wait_with_output().await.unwrap();
    assert!(ended.status.success());
    assert_eq!(String::from_utf8(ended.stderr).unwrap(), "", "what is beside it does not fit");
    let left: Vec<_> = std::fs::read_dir(directory.path()).unwrap().collect();
    assert!(left.is_empty(), "the demo left {left:?}");
}

#[tokio::test]
async fn a_worker_shows_its_numbers_where_it_is_told_to() {
    let artel =
        Launch::new(ARTEL, Database::Sqlite).with("ARTEL_METRICS_ADDR", "127.0.0.1:0").roles("worker").start().await;
    let worker = Client::anonymous(artel.url_of("metrics"));
    assert_eq!(worker.get("/health").await, (200, json!({ "status": "ok" })));
    let (status, numbers) = worker.get("/metrics").await;
    let numbers = numbers.as_str().unwrap();
    assert_eq!(status, 200);
    for line in [
        "# HELP artel_runs_open Runs of the whole installation that are not over, by phase.",
        "artel_run_oldest_queued_seconds 0",
        "artel_streams_open 0",
        "# TYPE process_cpu_seconds_total counter",
    ] {
        assert!(numbers.contains(line), "{line} is not in {numbers}");
    }
    assert!(
        numbers
            .contains(&format!("artel_build_info{{version=\"{}\",database=\"sqlite\"}} 1", env!("CARGO_PKG_VERSION")))
    );
    assert_eq!(worker.get("/v1/agents").await.0, 404, "it serves nothing else");
}

#[tokio::test]
async fn every_surface_is_checked_and_what_is_missing_is_named() {
    let artel = Launch::new(ARTEL, Database::Sqlite).with("INTERNAL_API_KEY", "between-services-7Xk2").start().await;
    let (url, runtime, proxy, auth) =
        (artel.url(), artel.url_of("runtime"), artel.url_of("llm_proxy"), artel.url_of("auth"));
    let (said, good) = artel.command(&["check", url]).await;
    assert!(good && said.contains("25 of 25 routes answer as they should"), "{said}");
    assert!(said.contains("/console/") && said.contains("/api/v1/openapi.json"), "{said}");
    let (token, _) = artel.command(&["token", "--scopes", "admin"]).await;
    let whole = ["check", url, "--token", token.trim(), "--auth", auth, "--runtime", runtime, "--llm-proxy", proxy];
    let (said, good) = artel.command(&whole).await;
    assert!(good && said.contains("42 of 42 routes answer as they should"), "{said}");
    let (said, good) = artel.command(&[&whole[..], &["--internal-key", "another-key-9Qm4x1"]].concat()).await;
    assert!(!good && said.contains("FAIL  ") && said.contains(&format!("{runtime}/agents")), "{said}");
    // A platform alone has no gateway, and nobody is at port 1.
    let platform = Launch::new(ARTEL, Database::Sqlite).roles("platform").start().await;
    let (said, good) = platform.command(&["check", platform.url()]).await;
    assert!(good && said.contains("19 of 19") && said.contains("CodeLab's gateway is not served there"), "{said}");
    let (said, good) = platform.command(&["check", platform.url(), "--runtime", "http://127.0.0.1:1"]).await;
    assert!(!good && said.contains("nobody answers there"), "{said}");
}

#[tokio::test]
async fn an_installation_is_watched_line_by_line() {
    let artel = Launch::new(ARTEL, Database::Sqlite).start().await;
    let (said, good) = artel.command(&["monitor", artel.url(), "--every", "1s", "--count", "2"]).await;
    let lines: Vec<&str> = said.lines().collect();
    assert!(good && lines.len() == 2, "{said}");
    for line in lines {
        assert!(line.contains("Z  ok    database ") && line.contains("runs: 0 queued (oldest 0 s)"), "{line}");
    }
    let (said, good) = artel.command(&["monitor", "http://127.0.0.1:1", "--count", "1"]).await;
    assert!(!good && said.contains("FAIL  nobody answers there"), "{said}");
    let (_, good) = artel.command(&["monitor", artel.url(), "--every", "soon"]).await;
    assert!(!good);
}

#[tokio::test]
async fn an_installation_is_watched_on_a_screen() {
    let model = ModelServer::calling_the_tool_once(json!({ "text": "hello" })).await;
    let artel = Launch::new(ARTEL, Database::Sqlite).with("OPENAI_BASE_URL", model.url()).start().await;
    let directory = tempfile::tempdir().unwrap();
    let seen = async |url: &str, arguments: &str, environment: &[(&str, &str)]| {
        let line = format!("{ARTEL} dashboard {arguments}");
        let mut command = command(directory.path(), "sh");
        command.args(["-c", &line]).env("API_URL", url).envs(environment.iter().copied());
        let output = command.output().await.unwrap();
        (String::from_utf8(output.stdout).unwrap(), output.status.success())
    };
    // What is no terminal gets no codes of one.
    let (piped, good) = seen(artel.url(), "--count 2", &[("REFRESH_INTERVAL", "1")]).await;
    assert!(good && !piped.contains('\u{1b}') && piped.matches("Artel  http").count() == 2, "{piped}");
    for part in ["state        OK", "connections  ", "0 queued, 0 running, 0 wait", "no question is open"] {
        assert!(piped.contains(part), "{part}: {piped}");
    }

    let client = artel.client().await;
    let receiver = Receiver::start(Duration::ZERO).await;
    let agent = client.agent("openai:gpt-4o-mini", &[receiver.tool("write_file", "idempotent")]).await;
    let (status, run) = client.post("/runs", &json!({ "agent_id": agent, "input_message": "hi" })).await;
    assert_eq!((status, &run["phase"]), (202, &json!("waiting_for_approval")), "{run:#}");
    let token = client.token().to_owned();
    // `script` gives the command a terminal.
    let inner = format!("script -qec '{ARTEL} dashboard --count 1' /dev/null");
    let mut command = command(directory.path(), "sh");
    command.args(["-c", &inner]).env("API_URL", artel.url()).env("ARTEL_TOKEN", token).env("TERM", "xterm");
    let drawn = String::from_utf8(command.output().await.unwrap().stdout).unwrap();
    assert!(drawn.starts_with("\u{1b}[?1049h\u{1b}[?25l") && drawn.contains("\u{1b}[32mOK\u{1b}[0m"), "{drawn:?}");
    assert!(drawn.contains("1 to decide") && drawn.contains("write_file"), "{drawn:?}");
    assert!(drawn.ends_with("\u{1b}[?25h\u{1b}[?1049l"), "the terminal comes back as it was: {drawn:?}");

    let (down, good) = seen("http://127.0.0.1:1", "--count 1", &[]).await;
    assert!(!good && down.contains("DOWN  nobody answers there"), "{down}");
}

#[tokio::test]
async fn every_surface_prints_its_document() {
    let artel = Launch::new(ARTEL, Database::Sqlite).with("INTERNAL_API_KEY", "between-services-7Xk2").start().await;
    for (surface, place) in [
        ("platform", format!("{}/openapi.json", artel.url())),
        ("auth", format!("{}/openapi.json", artel.url_of("auth"))),
        ("auth", format!("{}/oauth/openapi.json", artel.url())),
        ("gateway", format!("{}/api/v1/openapi.json", artel.url())),
        ("runtime", format!("{}/openapi.json", artel.url_of("runtime"))),
        ("runtime", format!("{}/api/v1/openapi.json", artel.url_of("runtime"))),
        ("llm-proxy", format!("{}/openapi.json", artel.url_of("llm_proxy"))),
        ("llm-proxy", format!("{}/v1/llm/openapi.json", artel.url_of("llm_proxy"))),
    ] {
        let (printed, good) = artel.command(&["openapi", surface]).await;
        assert!(good, "{surface}");
        let printed: Value = serde_json::from_str(&printed).unwrap();
        let (base, path) = place.split_at(place[8..].find('/').unwrap() + 8);
        assert_eq!(Client::anonymous(base).get(path).await, (200, printed), "{place}");
    }
}

#[tokio::test]
async fn a_load_test_counts_only_what_was_answered_well() {
    let artel = Launch::new(ARTEL, Database::Sqlite).start().await;
    let url = artel.url().to_owned();
    let agent = "00000000-0000-0000-0000-00000000000a";
    let (said, good) = artel.command(&["load-test", &url, "1", "1", "--agent", agent]).await;
    assert!(!good && said.contains("answered   0 of ") && said.contains("p50 -"), "{said}");
    let (said, good) = artel.command(&["load-test", &url, "1", "1"]).await;
    assert!(good && said.contains("errors     0"), "{said}");
}

#[tokio::test]
async fn what_does_not_exist_is_refused_at_the_command_line() {
    let artel = Launch::new(ARTEL, Database::Sqlite).start().await;
    let nobody = "00000000-0000-0000-0000-00000000000a";
    for arguments in [
        &["audit", "verify", "--tenant", nobody][..],
        &["token", "--scopes", "tools:read,tools:everything"],
        &["keys", "create", "--scopes", "everything"],
        &["keys", "create", "--agent", nobody],
        &["api-keys", "list", "--tenant", nobody],
        &["api-keys", "revoke", nobody],
    ] {
        let (said, good) = artel.command(arguments).await;
        assert!(!good && said.is_empty(), "{arguments:?}: {said}");
    }
}

#[tokio::test]
async fn api_keys_are_listed_and_revoked_by_their_operator() {
    let artel = Launch::new(ARTEL, Database::Sqlite).start().await;
    let (key, _) = artel.command(&["keys", "create", "--name", "ci", "--scopes", "agents:read"]).await;
    let caller = Client::new(artel.url(), key.trim());
    assert_eq!(caller.get("/v1/agents").await.0, 200);
    let (list, _) = artel.command(&["api-keys", "list", "--json"]).await;
    let list: Value = serde_json::from_str(&list).unwrap();
    let listed = list.as_array().unwrap().iter().find(|key| key["name"] == "ci").unwrap();
    assert_eq!(listed["last4"].as_str(), Some(&key.trim()[key.trim().len() - 4..]));
    assert!(!list.to_string().contains(key.trim()));
    let id = listed["id"].as_str().unwrap();
    assert!(artel.command(&["api-keys", "revoke", id]).await.1);
    let (table, _) = artel.command(&["api-keys", "list"]).await;
    assert!(table.starts_with("id ") && !table.contains(id), "{table}");
    for _ in 0..60 {
        if caller.get("/v1/agents").await.0 == 401 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the key still opens");
}

#[tokio::test]
async fn shells_and_readers_of_manuals_are_served() {
    let directory = tempfile::tempdir().unwrap();
    for (arguments, begins) in [
        (&["completions", "bash"][..], "_artel()"),
        (&["completions", "zsh"], "#compdef artel"),
        (&["completions", "fish"], "# Print an optspec"),
        (&["man"], ".ie"),
    ] {
        let mut made = command(directory.path(), ARTEL).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut text = String::new();
        made.stdout.take().unwrap().read_to_string(&mut text).await.unwrap();
        assert!(text.starts_with(begins), "{arguments:?}: {}", &text[..text.len().min(80)]);
        assert!(text.contains("load-test") || text.contains("load\\-test"), "{arguments:?}");
    }
}

#[tokio::test]
async fn files_of_a_tenant_have_so_many_bytes_as_the_operator_says() {
    let setting = ("ARTIFACTS_MAX_BYTES_PER_TENANT", "10");
    let artel = Launch::new(ARTEL, Database::Sqlite).with(setting.0, setting.1).start().await;
    let client = artel.client().await;
    let sends = async |bytes: &str| {
        let form =
            format!("--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n{bytes}\r\n--b--\r\n");
        let sent = client.request("POST", "/artifacts").header("content-type", "multipart/form-data; boundary=b");
        let answer = sent.body(form).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (status, made) = sends("1234567").await;
    assert_eq!(status, 201, "{made}");
    let (status, refused) = sends("1234").await;
    assert_eq!((status, &refused["error"]), (413, &json!("storage_full")), "{refused}");
    assert_eq!(refused["details"], json!({ "used_bytes": 7, "limit_bytes": 10 }));
    let path = format!("/artifacts/{}", made["artifact_id"].as_str().unwrap());
    assert_eq!(client.request("DELETE", &path).send().await.unwrap().status(), 204);
    assert_eq!(sends("1234").await.0, 201, "a deleted file makes room");
}
