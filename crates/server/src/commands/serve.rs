use std::collections::BTreeMap;
use std::process::ExitCode;

use serde_json::json;

use crate::cli::ServeArgs;
use crate::config::Config;
use crate::surfaces::Port;
use crate::{logging, output, serve};

pub(crate) async fn run(args: ServeArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load()?;
    logging::start(&config);
    let running = serve::start(&config, &args.role, BTreeMap::new()).await?;
    let url = |port| running.address(port).map(|addr| format!("http://{addr}"));
    let ready = json!({
        "ready": true,
        "version": env!("CARGO_PKG_VERSION"),
        "pid": std::process::id(),
        "database": running.parts.ground.store.kind(),
        "public": url(Port::Public),
        "runtime": url(Port::Runtime),
        "llm_proxy": url(Port::LlmProxy),
        "auth": url(Port::Auth),
    });
    output::line_now(&ready.to_string());
    running.until_told_to_stop().await?;
    running.shutdown().await;
    Ok(ExitCode::SUCCESS)
}
