//! `artel model-mock` as a user starts it.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

fn mock() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_artel"));
    command.arg("model-mock").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

#[tokio::test]
async fn it_serves_a_script_and_says_where() {
    let mut mock = mock().args(["--addr", "127.0.0.1:0", "--script", "-"]).spawn().unwrap();
    let mut stdin = mock.stdin.take().unwrap();
    stdin.write_all(b"replies = [\"Hello from the script\"]\n").await.unwrap();
    drop(stdin);
    let line = BufReader::new(mock.stdout.take().unwrap()).lines().next_line().await.unwrap().unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    let url = ready["model_mock"].as_str().unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let question = json!({ "model": "m", "messages": [{ "role": "user", "content": "Hi" }] });
    let answer = client.post(format!("{url}/v1/chat/completions")).json(&question).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["choices"][0]["message"]["content"], "Hello from the script");
}

#[tokio::test]
async fn a_script_that_is_wrong_stops_it_with_the_place() {
    let mut mock = mock().args(["--addr", "127.0.0.1:0", "--script", "-"]).spawn().unwrap();
    mock.stdin.take().unwrap().write_all(b"[[replies]]\nstepz = []\n").await.unwrap();
    let output = mock.wait_with_output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("line 2") && said.contains("stepz"), "{said}");
}
