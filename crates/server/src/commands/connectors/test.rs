use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use artel_bus::LocalBus;
use artel_connector_engine::{Account, Executor, ExecutorDeps, LocalTokens};
use artel_connectors::Credential;
use artel_domain::{SystemClock, TenantId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cli::TestArgs;
use crate::output;

/// Makes the probe request of a connector with a credential, and prints what came of it as JSON.
pub(super) async fn run(args: &TestArgs) -> anyhow::Result<ExitCode> {
    let account = Account {
        tenant: TenantId(Uuid::nil()),
        id: "command-line".to_owned(),
        connector: super::named(&args.key)?,
        credential: credential(&args.secret_file)?,
    };
    let executor = Executor::new(ExecutorDeps {
        egress: Arc::new(super::egress()?),
        bus: Arc::new(LocalBus::new()),
        clock: Arc::new(SystemClock),
        tokens: Arc::new(LocalTokens::default()),
    });
    let Some(report) = executor.probe(&account).await else {
        bail!("the connector {} has no probe operation", args.key);
    };
    let shown = json!({
        "ok": report.ok,
        "status": report.status,
        "message": report.message,
        "account": report.account,
        "scopes": report.scopes,
        "expires_at": report.expires_at,
    });
    output::json(&shown)?;
    Ok(if report.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn credential(file: &Path) -> anyhow::Result<Credential> {
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_string(&mut text)?;
    } else {
        text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    }
    // The parser's own words could show a part of the secret.
    match serde_json::from_str(&text) {
        Ok(Value::Object(members)) => Ok(Credential::new(members)),
        _ => bail!("{} is not a JSON object such as {{\"token\": \"…\"}}", file.display()),
    }
}
