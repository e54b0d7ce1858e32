//! The peer: one uvicorn worker that serves `bench/peer/app.py`.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use bytes::Bytes;
use hyper::{Method, StatusCode};
use rustix::process::Signal;
use serde_json::json;
use tempfile::TempDir;
use tokio::process::Command;

use super::program::Program;
use crate::client::{Client, Target};
use crate::process::Watched;

pub(crate) struct Peer {
    program: Program,
    pub(crate) target: Target,
    _directory: TempDir,
}

impl Peer {
    pub(crate) async fn start(python: &Path, app: &Path, scratch: &Path, model_url: &str) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("artel-bench-peer-").tempdir_in(scratch)?;
        // uvicorn does not report the port that it chose, so a port that was free a moment ago is used.
        let address = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?.local_addr()?;
        let app = std::path::absolute(app)?;
        let mut command = Command::new(interpreter(python)?);
        command
            .args(["-m", "uvicorn", "app:app", "--no-access-log", "--log-level", "warning", "--host", "127.0.0.1"])
            .args(["--port", &address.port().to_string()])
            .arg("--app-dir")
            .arg(&app)
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "HOME"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("OPENAI_BASE_URL", model_url)
            .env("PEER_MODEL", "fixed");
        let mut program = Program::start("peer", &mut command, directory.path())?;
        let target = Target { address, headers: Vec::new() };
        program.until_ready(|| healthy(target.clone())).await?;
        Ok(Self { program, target, _directory: directory })
    }

    pub(crate) fn watched(&self) -> Watched {
        self.program.watched.clone()
    }

    /// The request body that starts a run. The peer has one agent.
    pub(crate) fn run() -> Bytes {
        Bytes::from(json!({ "agent_id": "the-only-one", "input_message": "Is all well?" }).to_string())
    }

    pub(crate) async fn stop(self) -> Result<()> {
        self.program.stop(Signal::TERM).await
    }
}

/// Python finds a virtual environment by the path of its interpreter. So a relative path is made absolute, and no link
/// is resolved.
fn interpreter(python: &Path) -> Result<PathBuf> {
    if python.components().count() == 1 {
        return Ok(python.to_owned());
    }
    Ok(std::path::absolute(python)?)
}

async fn healthy(target: Target) -> Result<()> {
    let (status, _) = Client::connect(target).await?.ask(Method::GET, "/health", Bytes::new()).await?;
    ensure!(status == StatusCode::OK, "GET /health answered {status}");
    Ok(())
}
