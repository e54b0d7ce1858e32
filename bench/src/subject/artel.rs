//! Artel: `artel serve` as an operator starts it, with production settings and without rate limits.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use hyper::{Method, StatusCode};
use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use super::program::Program;
use crate::client::{Client, Target};
use crate::process::Watched;

const NO_LIMIT: &str = "1000000000/second";

/// Settings that differ from the defaults.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) binary: PathBuf,
    pub(crate) scratch: PathBuf,
    pub(crate) model_url: String,
    /// Settings beside those of every start. Without a database Artel uses embedded SQLite.
    pub(crate) settings: Vec<(&'static str, String)>,
}

pub(crate) struct Artel {
    program: Program,
    pub(crate) address: SocketAddr,
    /// From the start of the process to the answer of `GET /health`.
    pub(crate) started_in: Duration,
    data: TempDir,
}

impl Setup {
    /// The same with one more setting.
    pub(crate) fn with(&self, name: &'static str, value: impl Into<String>) -> Self {
        let mut setup = self.clone();
        setup.settings.push((name, value.into()));
        setup
    }

    /// Starts it on a new data directory.
    pub(crate) async fn start(&self) -> Result<Artel> {
        let data = tempfile::Builder::new().prefix("artel-bench-").tempdir_in(&self.scratch)?;
        self.start_again(data).await
    }

    /// Starts Artel on a data directory that was used before.
    pub(crate) async fn start_again(&self, data: TempDir) -> Result<Artel> {
        let begun = Instant::now();
        let mut program = Program::start("artel", &mut self.command(data.path()), data.path())?;
        let address = program.line(public_address).await?;
        program.until_ready(|| healthy(address)).await?;
        Ok(Artel { program, address, started_in: begun.elapsed(), data })
    }

    fn command(&self, data: &Path) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .arg("serve")
            .current_dir(data)
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "HOME"))
            .env("ARTEL_DATA_DIR", data)
            .env("ALLOW_TEST_TOKENS", "true")
            .env("RATE_LIMIT_DEFAULT", NO_LIMIT)
            .env("RATE_LIMIT_RUNS", NO_LIMIT)
            .env("OPENAI_BASE_URL", &self.model_url)
            .env("OPENAI_API_KEY", "unused")
            .envs(self.settings.iter().cloned());
        for listener in ["PUBLIC", "RUNTIME", "LLM_PROXY", "AUTH"] {
            command.env(format!("ARTEL_{listener}_ADDR"), "127.0.0.1:0");
        }
        command
    }
}

impl Artel {
    pub(crate) fn watched(&self) -> Watched {
        self.program.watched.clone()
    }

    /// The owner of a tenant.
    pub(crate) async fn owner(&self) -> Result<Target> {
        let mut client = Client::connect(Target { address: self.address, headers: Vec::new() }).await?;
        let answer = client.ask_json(Method::GET, "/auth/test-token", None).await?;
        let token = answer["token"].as_str().context("no token")?.to_owned();
        Ok(Target { address: self.address, headers: vec![("authorization", format!("Bearer {token}"))] })
    }

    /// The request body that starts a run of a new agent with this model.
    pub(crate) async fn run_on(&self, owner: &Target, model: &str) -> Result<Bytes> {
        let mut client = Client::connect(owner.clone()).await?;
        let agent = json!({ "name": format!("bench {model}"), "model": model, "system_prompt": "You answer in one short sentence." });
        let agent = client.ask_json(Method::POST, "/agents", Some(&agent)).await?;
        Ok(Bytes::from(json!({ "agent_id": agent["id"], "input_message": "Is all well?" }).to_string()))
    }

    /// Stops Artel. The data directory exists until the returned value is dropped.
    pub(crate) async fn stop(self) -> Result<TempDir> {
        self.program.stop(Signal::TERM).await?;
        Ok(self.data)
    }
}

async fn healthy(address: SocketAddr) -> Result<()> {
    let mut client = Client::connect(Target { address, headers: Vec::new() }).await?;
    let (status, _) = client.ask(Method::GET, "/health", Bytes::new()).await?;
    ensure!(status == StatusCode::OK, "GET /health answered {status}");
    Ok(())
}

/// The address of the public listener in the ready line, at any depth.
fn public_address(line: &str) -> Option<SocketAddr> {
    find_public(&serde_json::from_str(line).ok()?)
}

fn find_public(value: &Value) -> Option<SocketAddr> {
    let members = value.as_object()?;
    let named = members.iter().filter(|(name, _)| name.contains("public")).find_map(|(_, value)| value.as_str());
    let address = named.and_then(|url| url.trim_start_matches("http://").trim_end_matches('/').parse().ok());
    address.or_else(|| members.values().find_map(find_public))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_address_is_found_in_any_ready_line() {
        let expected = Some(SocketAddr::from(([127, 0, 0, 1], 4242)));
        assert_eq!(public_address(r#"{"ready":true,"public":"http://127.0.0.1:4242"}"#), expected);
        assert_eq!(
            public_address(r#"{"event":"ready","addresses":{"auth":"127.0.0.1:1","public":"127.0.0.1:4242"}}"#),
            expected
        );
        assert_eq!(public_address("starting"), None);
        assert_eq!(public_address(r#"{"level":"INFO"}"#), None);
    }
}
