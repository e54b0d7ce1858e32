use std::collections::BTreeMap;
use std::process::ExitCode;

use serde_json::json;

use crate::cli::{Role, ServeArgs};
use crate::config::Config;
use crate::{logging, output, serve};

pub(crate) async fn run(args: ServeArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load()?;
    logging::start(&config);
    let running = serve::start(&config, &args.role, BTreeMap::new()).await?;
    let url = |role| running.address(role).map(|addr| format!("http://{addr}"));
    let ready = json!({
        "ready": true,
        "version": env!("CARGO_PKG_VERSION"),
        "pid": std::process::id(),
        "database": running.parts.store.kind(),
        "public": url(Role::Platform).or_else(|| url(Role::Gateway)),
        "runtime": url(Role::Runtime),
        "llm_proxy": url(Role::LlmProxy),
        "auth": url(Role::Auth),
    });
    output::line_now(&ready.to_string());
    running.until_told_to_stop().await?;
    running.shutdown().await;
    Ok(ExitCode::SUCCESS)
}
