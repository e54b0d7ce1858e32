//! The proxies, and the model behind them.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use bytes::Bytes;
use hyper::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use crate::client::{Client, Target};
use crate::subject::Program;

/// The deltas of a measured stream.
pub(super) const DELTAS: usize = 64;
const KEY: &str = "an-internal-key-for-the-benchmark";

/// What is between the client and the model.
pub(super) enum Kind {
    /// Nothing.
    Direct,
    /// A process that passes on bytes.
    Relay,
    /// A process that forwards requests unchanged.
    BareProxy,
    Artel(PathBuf),
    LiteLlm(PathBuf),
    Portkey(PathBuf),
}

impl Kind {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Direct => "the model itself",
            Self::Relay => "a mere relay",
            Self::BareProxy => "a bare HTTP proxy",
            Self::Artel(_) => "Artel",
            Self::LiteLlm(_) => "LiteLLM",
            Self::Portkey(_) => "Portkey",
        }
    }
}

/// A scripted model on the core of the load generator.
pub(super) struct Model {
    address: SocketAddr,
    _program: Program,
    _directory: TempDir,
}

impl Model {
    pub(super) async fn start(artel: &Path) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("artel-bench-model-").tempdir()?;
        let words: Vec<String> = (0..DELTAS).map(|number| format!("w{number} ")).collect();
        let script = json!({ "replies": [
            { "when": { "model": "*stream*" }, "steps": [{ "text": words }], "timing": { "gap_ms": 20 } },
            { "when": { "model": "*hold*" }, "steps": [{ "text": ["w0 "] }, "hang"] },
            { "when": { "model": "*" }, "steps": [{ "text": ["All is well."] }] },
        ] });
        let path = directory.path().join("script.json");
        std::fs::write(&path, script.to_string())?;
        let address = free_address()?;
        let mut command = Command::new(std::path::absolute(artel)?);
        command.args(["model-mock", "--addr", &address.to_string(), "--script"]).arg(&path);
        let mut program = Program::start("model", &mut command, directory.path())?;
        program.until_ready(|| answers(Target { address, headers: Vec::new() }, "/health")).await?;
        Ok(Self { address, _program: program, _directory: directory })
    }

    fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }
}

/// A running proxy.
pub(super) struct Subject {
    pub(super) target: Target,
    pub(super) path: &'static str,
    program: Option<Program>,
    directory: TempDir,
}

impl Subject {
    pub(super) async fn start(kind: &Kind, model: &Model) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("artel-bench-proxy-").tempdir()?;
        let mut subject = Self {
            target: Target { address: model.address, headers: Vec::new() },
            path: "/v1/chat/completions",
            program: None,
            directory,
        };
        match kind {
            Kind::Direct => {}
            Kind::Relay => subject.relay(model, &[]).await?,
            Kind::BareProxy => subject.relay(model, &["--http"]).await?,
            Kind::Artel(binary) => subject.artel(binary, model).await?,
            Kind::LiteLlm(program) => subject.litellm(program, model).await?,
            Kind::Portkey(directory) => subject.portkey(directory, model).await?,
        }
        Ok(subject)
    }

    async fn relay(&mut self, model: &Model, options: &[&str]) -> Result<()> {
        let mut command = on_core_0(std::env::current_exe()?);
        command.args(["relay", "--model", &model.address.to_string()]).args(options);
        let mut program = Program::start("relay", &mut command, self.directory.path())?;
        self.target = Target { address: program.line(proxy_address).await?, headers: Vec::new() };
        self.ready(program, "/health").await
    }

    async fn artel(&mut self, binary: &Path, model: &Model) -> Result<()> {
        let data = self.directory.path().to_owned();
        let mut command = on_core_0(std::path::absolute(binary)?);
        command
            .args(["serve", "--role", "llm-proxy"])
            .current_dir(&data)
            .env("ARTEL_DATA_DIR", &data)
            .env("ARTEL_LLM_PROXY_ADDR", "127.0.0.1:0")
            .env("INTERNAL_API_KEY", KEY)
            .env("OPENAI_BASE_URL", model.base_url())
            .env("OPENAI_API_KEY", "unused");
        let mut program = Program::start("artel", &mut command, &data)?;
        self.target =
            Target { address: program.line(proxy_address).await?, headers: vec![("x-internal-auth", KEY.to_owned())] };
        self.ready(program, "/health").await
    }

    async fn litellm(&mut self, litellm: &Path, model: &Model) -> Result<()> {
        let address = free_address()?;
        let config = self.directory.path().join("config.yaml");
        let route = json!({ "model_name": "*", "litellm_params": { "model": "openai/*", "api_base": model.base_url(), "api_key": "unused" } });
        // JSON is valid YAML.
        std::fs::write(
            &config,
            json!({ "model_list": [route], "litellm_settings": { "telemetry": false } }).to_string(),
        )?;
        let mut command = on_core_0(std::path::absolute(litellm)?);
        command
            .args(["--host", "127.0.0.1", "--num_workers", "1", "--port", &address.port().to_string(), "--config"])
            .arg(&config)
            .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
            .env("LITELLM_MASTER_KEY", format!("sk-{KEY}"))
            .env("LITELLM_LOG", "ERROR");
        let program = Program::start("litellm", &mut command, self.directory.path())?;
        self.target = Target { address, headers: vec![("authorization", format!("Bearer sk-{KEY}"))] };
        self.ready(program, "/health/liveliness").await
    }

    async fn portkey(&mut self, installed: &Path, model: &Model) -> Result<()> {
        let address = free_address()?;
        let mut command = on_core_0("node".into());
        command
            .arg(std::path::absolute(installed)?.join("node_modules/@portkey-ai/gateway/build/start-server.js"))
            .args(["--headless", &format!("--port={}", address.port())])
            .env("NODE_ENV", "production")
            .env("TRUSTED_CUSTOM_HOSTS", "127.0.0.1,localhost");
        let program = Program::start("portkey", &mut command, self.directory.path())?;
        let headers = [("authorization", "Bearer unused".to_owned()), ("x-portkey-provider", "openai".to_owned())];
        self.target = Target {
            address,
            headers: headers.into_iter().chain([("x-portkey-custom-host", model.base_url())]).collect(),
        };
        self.ready(program, "/").await
    }

    async fn ready(&mut self, mut program: Program, path: &'static str) -> Result<()> {
        program.until_ready(|| answers(self.target.clone(), path)).await?;
        self.program = Some(program);
        Ok(())
    }

    pub(super) fn cpu_seconds(&self) -> Result<Option<f64>> {
        self.program.as_ref().map(|program| program.watched.cpu_seconds()).transpose()
    }

    pub(super) fn resident_bytes(&self) -> Result<Option<f64>> {
        self.program.as_ref().map(|program| program.watched.resident_bytes()).transpose()
    }

    pub(super) async fn stop(self) -> Result<()> {
        match self.program {
            // A graceful stop would wait for the open streams.
            Some(program) => program.kill().await,
            None => Ok(()),
        }
    }
}

/// A small chat.
pub(super) fn chat_body() -> Bytes {
    body("bench-chat", false)
}

/// A stream of [`DELTAS`].
pub(super) fn stream_body() -> Bytes {
    body("bench-stream", true)
}

/// A stream that has one delta and no end.
pub(super) fn held_body() -> Bytes {
    body("bench-hold", true)
}

fn body(model: &str, stream: bool) -> Bytes {
    let messages = json!([{ "role": "system", "content": "You answer in one short sentence." }, { "role": "user", "content": "Is all well?" }]);
    // Only Artel knows the prefix `openai:`. Every proxy sends this name to its only provider.
    Bytes::from(json!({ "model": format!("gpt-4o-{model}"), "messages": messages, "stream": stream }).to_string())
}

/// Starts a program with only the `PATH` of this program's environment.
fn on_core_0(program: PathBuf) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]).arg(program);
    command.env_clear().envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "HOME"));
    command
}

/// Not every proxy reports the port that it chose, so a port that was free a moment ago is used.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?.local_addr()?)
}

async fn answers(target: Target, path: &str) -> Result<()> {
    let (status, _) = Client::connect(target).await?.ask(Method::GET, path, Bytes::new()).await?;
    ensure!(status.is_success(), "GET {path} answered {status}");
    Ok(())
}

/// The proxy's address in the ready line.
fn proxy_address(line: &str) -> Option<SocketAddr> {
    let ready: Value = serde_json::from_str(line).ok()?;
    find(&ready)
}

fn find(value: &Value) -> Option<SocketAddr> {
    let members = value.as_object()?;
    let named = members.iter().filter(|(name, _)| name.starts_with("llm")).find_map(|(_, value)| value.as_str());
    let address = named.and_then(|url| url.trim_start_matches("http://").trim_end_matches('/').parse().ok());
    address.or_else(|| members.values().find_map(find))
}
