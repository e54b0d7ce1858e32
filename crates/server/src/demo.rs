//! `artel demo`: the product at work, as a client sees it. Everything after the start goes through the public API.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use artel_domain::{Clock as _, SystemClock, TenantId, UserId};
use artel_identity::{Grant, Scopes};
use futures::StreamExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::cli::{DemoArgs, Role};
use crate::config::{Config, Database};
use crate::http_client::Target;
use crate::serve::Running;
use crate::surfaces::Port;
use crate::{logging, output, serve};

const TOOL_HOST: &str = "tool-mock";
const INPUT: &str = "Echo the word hello using the tool";
/// Of a terminal that nobody made larger.
const COLUMNS: usize = 80;
/// A demo shows everything, also what only administrators see: rules, people, budgets.
const SCOPES: [&str; 1] = ["admin"];

pub(crate) async fn run(args: DemoArgs) -> anyhow::Result<ExitCode> {
    let (config, _kept) = config(&args)?;
    logging::start(&config);
    let tool = TcpListener::bind("127.0.0.1:0").await?;
    let tool_addr = tool.local_addr()?;
    let mock = artel_tool_mock::serve(tool);
    let walk = async {
        let aliases = BTreeMap::from([(TOOL_HOST.to_owned(), tool_addr)]);
        let running = serve::start(&config, &[Role::Platform, Role::Worker], aliases)
            .await
            .map_err(|error| error.context("the demo cannot start (another port: --addr 127.0.0.1:0)"))?;
        let result = walk(&config, &running, &args).await;
        if result.is_ok() && !args.exit {
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

/// The operator's models, on a database and with secrets of its own, which are gone with the demo unless a directory is
/// named for them. The demo makes a tenant, and opens what production keeps shut.
fn config(args: &DemoArgs) -> anyhow::Result<(Config, Option<TempDir>)> {
    let mut config = Config::load()?;
    let kept = match &args.data_dir {
        Some(directory) => {
            config.data_dir.clone_from(directory);
            None
        }
        None => Some(tempfile::Builder::new().prefix("artel-demo-").tempdir().context("no temporary directory")?),
    };
    if let Some(directory) = &kept {
        directory.path().clone_into(&mut config.data_dir);
    }
    config.database = Database::Sqlite(config.data_dir.join("artel.db"));
    (config.redis_url, config.metrics_addr, config.toolkit.artifacts) = (None, None, None);
    (config.jwt_secret, config.api_key_pepper, config.master_key) = (None, None, None);
    config.other_master_key = None;
    // Nobody signs in to a demo: what is given is not made up and shown.
    config.auth.admin_password = Some(format!("Demo-1!{}", SystemClock.uuid()).into());
    config.auth.internal_secret = Some(SystemClock.uuid().to_string().into());
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
    Ok((config, kept))
}

/// What is printed fits a terminal of 80 columns and 24 lines.
async fn walk(config: &Config, running: &Running, args: &DemoArgs) -> anyhow::Result<()> {
    let public = running.address(Port::Public).context("the demo serves the public API")?;
    let url = format!("http://{public}");
    let key = introduce(config, running, &url).await?;
    let api = Target::new(&url, Some(key.clone()))?;
    let model = model(config);
    let tool = create(&api, "/v1/tools", &echo_tool(), "echo_tool, behind HTTP").await?;
    let agent = create(&api, "/v1/agents", &echo_agent(&model), &format!("EchoAgent, with {model}")).await?;
    let (tool_id, agent_id) = (id(&tool)?, id(&agent)?);
    let binding = json!({ "permission_scope": "read", "timeout_ms": 15_000, "allowed_domains": [TOOL_HOST] });
    let bound = format!("/v1/agents/{agent_id}/tools/{tool_id}");
    create(&api, &bound, &binding, "the agent may call it").await?;
    output::line(&format!("POST /v1/runs/stream   \"{INPUT}\""));
    let run_id = stream(&api, agent_id).await?;
    let run: Value = api.get(&format!("/v1/runs/{run_id}")).send().await?.error_for_status()?.json().await?;
    let status = run["status"].as_str().unwrap_or("?");
    output::line(&format!("GET  /v1/runs/{{id}}     {status}, {} tokens", run["total_tokens"]));
    if status != "succeeded" {
        bail!("the run did not succeed: {}", run["error_message"].as_str().unwrap_or("no reason given"));
    }
    if !args.exit {
        let console = running.parts.console.invite(key.clone().into())?;
        output::line(&format!("\nThe console (this address signs in once, within ten minutes):\n{url}{console}"));
        tell_what_to_try(&url, &key, agent_id, args.data_dir.is_some());
    }
    Ok(())
}

/// Commands that work as they are copied.
///
/// * `is_kept`: the data stays behind the demo.
fn tell_what_to_try(url: &str, key: &str, agent_id: &str, is_kept: bool) {
    let data = if is_kept { "and keeps" } else { "and removes" };
    output::line(&format!(
        "\nThe server stays up; Ctrl-C stops it {data} its data. In another terminal:\n\n\
         KEY={key}\n\
         curl -N {url}/v1/runs/stream -H \"x-api-key: $KEY\" \\\n  \
           -d '{{\"agent_id\": \"{agent_id}\",\n       \"input_message\": \"{INPUT}\"}}'\n\
         curl {url}/health/db\n\n\
         The reference, to try with the same key: {url}/docs"
    ));
}

/// A new tenant, and an API key for it.
async fn introduce(config: &Config, running: &Running, url: &str) -> anyhow::Result<String> {
    let (tenant_id, user_id) = (TenantId(SystemClock.uuid()), UserId(SystemClock.uuid()));
    let grant = Grant { user_id, tenant_id, scopes: Scopes::new(SCOPES), key_id: None };
    let owner = running.parts.vault.issuer(config).issue(&grant, Duration::from_mins(1), &SystemClock)?;
    let wanted = json!({ "name": "demo", "scopes": SCOPES });
    let key = create(&Target::new(url, Some(owner))?, "/v1/api-keys", &wanted, "a key of a new tenant").await?;
    Ok(key["key"].as_str().context("the new API key is missing")?.to_owned())
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

async fn create(api: &Target, path: &str, body: &Value, what: &str) -> anyhow::Result<Value> {
    let answer = api.post(path).json(body).send().await?;
    let status = answer.status();
    let text = answer.text().await?;
    if !status.is_success() {
        bail!("POST {path} was answered {status}: {text}");
    }
    let collection = path.split('/').take(3).collect::<Vec<_>>().join("/");
    output::line(&format!("POST {collection:<17} {}  {what}", status.as_u16()));
    serde_json::from_str(&text).with_context(|| format!("POST {path} was not answered with JSON"))
}

/// Prints the events as they come, each as a line; the run's id from the first one.
async fn stream(api: &Target, agent_id: &str) -> anyhow::Result<String> {
    let body = json!({ "agent_id": agent_id, "input_message": INPUT });
    let answer = api.post("/v1/runs/stream").json(&body).send().await?.error_for_status()?;
    let (mut unread, mut run_id) = (String::new(), None);
    let mut chunks = answer.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        unread.push_str(&String::from_utf8_lossy(&chunk?));
        while let Some((event, rest)) = unread.split_once("\n\n") {
            let told = tell(event);
            run_id = run_id.or(told);
            unread = rest.to_owned();
        }
    }
    run_id.context("the stream did not begin with the run's id")
}

/// Pieces of the text are left out: the result has all of it. The run's id, when the event names it.
fn tell(event: &str) -> Option<String> {
    let member = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map_or("", str::trim);
    let (kind, data) = (member("event:"), member("data:"));
    if !matches!(kind, "token" | "") {
        output::line(&format!("  {kind:<12} {}", cut(data, COLUMNS - 16)));
    }
    let data: Value = serde_json::from_str(data).unwrap_or_default();
    data["run_id"].as_str().map(str::to_owned)
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

fn id(entity: &Value) -> anyhow::Result<&str> {
    entity["id"].as_str().context("an id is missing")
}
