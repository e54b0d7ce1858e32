//! Every command of the Compose files, run as its service would be, on a real PostgreSQL and Redis: a machine without a
//! container engine shows that much.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use artel_testkit::Database;
use serde_json::Value as Json;
use serde_yaml_ng::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

/// What a person puts into `.env`.
const GIVEN: [(&str, &str); 7] = [
    ("POSTGRES_PASSWORD", "of-the-test-2391"),
    ("JWT_SECRET", "a secret that all services share"),
    ("API_KEY_PEPPER", "a pepper that all services share"),
    ("ARTEL_MASTER_KEY", "0707070707070707070707070707070707070707070707070707070707070707"),
    ("INTERNAL_API_KEY", "a-key-that-services-show-each-other"),
    ("AUTH_SERVICE__MASTER_KEY", "Correct-Horse-1"),
    ("AUTH_SERVICE__INTERNAL_CLIENT_SECRET", "a-secret-of-the-internal-client"),
];

#[tokio::test]
async fn every_command_of_the_platform_starts() {
    runs_all("compose.yaml", &["migrate", "api", "worker", "tool-mock"]).await;
}

#[tokio::test]
async fn every_command_of_codelab_starts() {
    runs_all("deploy/compose/compose.yaml", &["auth-service", "llm-proxy", "agent-runtime", "gateway"]).await;
}

/// One after the other, all on one database; `expected` are the services that are made of the image.
async fn runs_all(file: &str, expected: &[&str]) {
    let Some(database) = Database::postgres().await else { return };
    let directory = tempfile::tempdir().unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    let mut compose: Value = serde_yaml_ng::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    compose.apply_merge().unwrap();
    let services = compose["services"].as_mapping().unwrap();
    let own = services.iter().filter(|(_, service)| {
        service["image"].as_str().is_some_and(|image| image.contains("artel")) && service["entrypoint"].is_null()
    });
    let own: BTreeMap<&str, &Value> = own.map(|(name, service)| (name.as_str().unwrap(), service)).collect();
    assert_eq!(own.len(), expected.len(), "{own:?}");
    for name in expected {
        let service = own.get(name).unwrap_or_else(|| panic!("{file} has no {name}"));
        starts(name, service, &database, directory.path()).await;
    }
}

/// A service that serves says that it is ready; one that does its work ends well.
async fn starts(name: &str, service: &Value, database: &Database, directory: &Path) {
    let arguments = service["command"].as_sequence().unwrap().iter().map(|word| match word.as_str().unwrap() {
        "0.0.0.0:9000" => "127.0.0.1:0".to_owned(),
        word => word.to_owned(),
    });
    let mut command = Command::new(env!("CARGO_BIN_EXE_artel"));
    command.args(arguments).env_clear().envs(environment(service)).envs(database.environment()).current_dir(directory);
    command.env("ARTEL_DATA_DIR", directory).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = tokio::time::timeout(Duration::from_secs(30), lines.next_line()).await.expect("a line within 30 s");
    let Some(first) = first.unwrap() else {
        let output = child.wait_with_output().await.unwrap();
        // The role of a worker alone serves nothing, and says so with a line; only an end without one is a fault.
        panic!("{name} ended: {}", String::from_utf8_lossy(&output.stderr));
    };
    if service["command"][0] == "migrate" {
        assert!(child.wait().await.unwrap().success(), "{name}: {first}");
        return;
    }
    let ready: Json = serde_json::from_str(&first).unwrap_or_else(|error| panic!("{name}: {first}: {error}"));
    assert_eq!(ready["ready"], true, "{name}: {ready}");
}

/// What Compose would set, with free ports of loopback.
fn environment(service: &Value) -> BTreeMap<String, String> {
    let given = service["environment"].as_mapping().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().map_or_else(String::new, interpolated);
    let mut set: BTreeMap<String, String> =
        given.iter().map(|(name, value)| (name.as_str().unwrap().to_owned(), text(value))).collect();
    for port in ["ARTEL_PUBLIC_ADDR", "ARTEL_RUNTIME_ADDR", "ARTEL_LLM_PROXY_ADDR", "ARTEL_AUTH_ADDR"] {
        set.insert(port.to_owned(), "127.0.0.1:0".to_owned());
    }
    set
}

/// `${NAME:-default}` and `${NAME:?message}` as Compose reads them.
fn interpolated(text: &str) -> String {
    let Some((before, rest)) = text.split_once("${") else { return text.to_owned() };
    let (inside, after) = rest.split_once('}').expect("a closed ${");
    let (name, otherwise) = inside.split_once(':').unwrap_or((inside, "?"));
    let value = GIVEN.iter().find(|(given, _)| *given == name).map(|(_, value)| (*value).to_owned());
    let value = value
        .unwrap_or_else(|| otherwise.strip_prefix('-').unwrap_or_else(|| panic!("{name} must be in .env")).to_owned());
    format!("{before}{value}{}", interpolated(after))
}
