//! `artel demo`: the product at work, as a client sees it. Everything after the start goes through the public API.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use artel_domain::{Clock as _, SystemClock, TenantId, UserId};
use artel_identity::{Grant, Scopes};
use futures::StreamExt as _;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::cli::{DemoArgs, Role};
use crate::config::Config;
use crate::http_client::Target;
use crate::serve::Running;
use crate::surfaces::Port;
use crate::{logging, output, serve};

const TOOL_HOST: &str = "tool-mock";
const INPUT: &str = "Echo the word hello using the tool";
const SCOPES: [&str; 4] = ["tools:read", "tools:write", "api-keys:write", "audit:read"];

pub(crate) async fn run(args: DemoArgs) -> anyhow::Result<ExitCode> {
    let mut config = Config::load()?;
    config.public_addr = args.addr;
    config.allow_test_tokens = true;
    // Agents without a model of their own, and the assistant, answer without a provider too.
    if config.default_model.starts_with("openai:") {
        config.default_model = model(&config);
    }
    if std::env::var_os("LOG_LEVEL").is_none() {
        "warn".clone_into(&mut config.log_level);
        config.log_json = false;
    }
    logging::start(&config);

    let tool = TcpListener::bind("127.0.0.1:0").await?;
    let tool_addr = tool.local_addr()?;
    let mock = artel_tool_mock::serve(tool);
    let walk = async {
        let aliases = BTreeMap::from([(TOOL_HOST.to_owned(), tool_addr)]);
        let running = serve::start(&config, &[Role::Platform, Role::Worker], aliases)
            .await
            .map_err(|error| error.context("the demo cannot start (another port: --addr 127.0.0.1:0)"))?;
        let result = walk(&config, &running, tool_addr).await;
        if result.is_ok() && !args.exit {
            output::line("\nThe server stays up; Ctrl-C stops it.");
            running.until_told_to_stop().await?;
        }
        running.shutdown().await;
        result
    };
    tokio::select! {
        result = walk => result.map(|()| ExitCode::SUCCESS),
        result = mock => result.map(|()| ExitCode::FAILURE).context("the tool-mock stopped"),
    }
}

async fn walk(config: &Config, running: &Running, tool_addr: SocketAddr) -> anyhow::Result<()> {
    let public = running.address(Port::Public).context("the demo serves the public API")?;
    let url = format!("http://{public}");
    let (key, token) = introduce(config, running, &url).await?;
    let api = Target::new(&url, Some(token.clone()))?;
    let model = model(config);
    heading(&format!("A tool, an agent with the model {model}, and the binding between them"));
    let tool = create(&api, "/v1/tools", &echo_tool()).await?;
    let agent = create(&api, "/v1/agents", &echo_agent(&model)).await?;
    let (tool_id, agent_id) = (id(&tool)?, id(&agent)?);
    let binding = json!({ "permission_scope": "read", "timeout_ms": 15_000, "allowed_domains": [TOOL_HOST] });
    create(&api, &format!("/v1/agents/{agent_id}/tools/{tool_id}"), &binding).await?;

    heading(&format!("POST /v1/runs/stream  \"{INPUT}\""));
    let run_id = stream(&api, agent_id).await?;
    heading(&format!("GET /v1/runs/{run_id}"));
    let run: Value = api.get(&format!("/v1/runs/{run_id}")).send().await?.error_for_status()?.json().await?;
    output::line(&serde_json::to_string_pretty(&run)?);

    heading("Yours to try");
    output::table(&[
        vec!["API".into(), url.clone()],
        vec![
            "Console".into(),
            format!("{url}{}  (signs in once, within ten minutes)", running.parts.console.invite(key.clone().into())?),
        ],
        vec!["Docs".into(), format!("{url}/docs  {url}/redoc")],
        vec!["Health".into(), format!("{url}/health/db")],
        vec!["Metrics".into(), format!("{url}/metrics")],
        vec!["Tool".into(), format!("http://{tool_addr}  (agents reach it as http://{TOOL_HOST}:9000)")],
        vec!["Data".into(), config.data_dir.display().to_string()],
        vec!["API key".into(), key],
        vec!["Token".into(), token],
    ]);
    output::line(&format!(
        "\ncurl -N {url}/v1/runs/stream -H 'Authorization: Bearer <token>' -H 'Content-Type: application/json' \\\n  -d '{{\"agent_id\": \"{agent_id}\", \"input_message\": \"{INPUT}\"}}'"
    ));
    if run["status"] != "succeeded" {
        bail!("the run did not succeed: {}", run["error_message"].as_str().unwrap_or("no reason given"));
    }
    Ok(())
}

/// A new tenant, an API key for it, and a token for the key.
async fn introduce(config: &Config, running: &Running, url: &str) -> anyhow::Result<(String, String)> {
    let (tenant_id, user_id) = (TenantId(SystemClock.uuid()), UserId(SystemClock.uuid()));
    let grant = Grant { user_id, tenant_id, scopes: Scopes::new(SCOPES), key_id: None };
    let owner = running.parts.vault.issuer(config).issue(&grant, Duration::from_mins(1), &SystemClock)?;
    let key =
        create(&Target::new(url, Some(owner))?, "/v1/api-keys", &json!({ "name": "demo", "scopes": SCOPES })).await?;
    let key = key["key"].as_str().context("the new API key is missing")?.to_owned();
    let answer = create(&Target::new(url, None)?, "/auth/token", &json!({ "api_key": key })).await?;
    let token = answer["token"].as_str().context("the token is missing")?.to_owned();
    heading(&format!("Tenant {tenant_id}, with an API key and a token"));
    Ok((key, token))
}

/// A real model when there is one.
fn model(config: &Config) -> String {
    let real = config.openai_api_key.is_some() || config.openai_base_url.is_some();
    let default = if real { "openai:gpt-4o-mini" } else { "demo:echo" };
    std::env::var("DEMO_MODEL").ok().filter(|name| !name.is_empty()).unwrap_or_else(|| default.to_owned())
}

fn echo_tool() -> Value {
    json!({
        "name": "echo_tool",
        "description": "Echoes input back",
        "input_schema": { "type": "object", "properties": { "text": { "type": "string", "description": "The text to echo" } }, "required": ["text"] },
        "execution_type": "http_webhook",
        "endpoint": format!("http://{TOOL_HOST}:9000/echo"),
        "auth_type": "none",
        "effect": "idempotent",
    })
}

fn echo_agent(model: &str) -> Value {
    let params = json!({ "temperature": 0, "max_tokens": 256 });
    json!({ "name": "EchoAgent", "system_prompt": "Use tools when needed.", "model": model, "llm_params": params, "status": "published" })
}

async fn create(api: &Target, path: &str, body: &Value) -> anyhow::Result<Value> {
    let answer = api.post(path).json(body).send().await?;
    let status = answer.status();
    let text = answer.text().await?;
    if !status.is_success() {
        bail!("POST {path} was answered {status}: {text}");
    }
    output::line(&format!("POST {path}  {}", status.as_u16()));
    serde_json::from_str(&text).with_context(|| format!("POST {path} was not answered with JSON"))
}

/// Prints the events as they come; the run's id from the first one.
async fn stream(api: &Target, agent_id: &str) -> anyhow::Result<String> {
    let body = json!({ "agent_id": agent_id, "input_message": INPUT });
    let answer = api.post("/v1/runs/stream").json(&body).send().await?.error_for_status()?;
    let mut events = String::new();
    let mut chunks = answer.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let text = String::from_utf8_lossy(&chunk?).into_owned();
        output::part_now(&text);
        events.push_str(&text);
    }
    let start = events.lines().find_map(|line| line.strip_prefix("data:")).context("the stream had no events")?;
    let start: Value = serde_json::from_str(start.trim())?;
    Ok(start["run_id"].as_str().context("the stream did not begin with the run's id")?.to_owned())
}

fn id(entity: &Value) -> anyhow::Result<&str> {
    entity["id"].as_str().context("an id is missing")
}

fn heading(text: &str) {
    output::line(&format!("\n── {text}"));
}
