use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::ValueEnum as _;
use serde_json::{Value, json};

use crate::cli::ServeArgs;
use crate::config::Config;
use crate::surfaces::Port;
use crate::{logging, output, serve};

pub(crate) async fn run(args: ServeArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load()?;
    logging::start(&config);
    for near in &config.near_misses {
        tracing::warn!("{near}");
    }
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
        "metrics": url(Port::Metrics),
    });
    tell_start(&args, &ready);
    output::line_now(&ready.to_string());
    running.until_told_to_stop().await?;
    running.shutdown().await;
    Ok(ExitCode::SUCCESS)
}

/// The first line of the log: what this process is.
fn tell_start(args: &ServeArgs, ready: &Value) {
    let roles: Vec<String> =
        args.role.iter().filter_map(|role| Some(role.to_possible_value()?.get_name().to_owned())).collect();
    let ports: Vec<String> = ["public", "runtime", "llm_proxy", "auth", "metrics"]
        .into_iter()
        .filter_map(|port| Some(format!("{port} {}", ready[port].as_str()?)))
        .collect();
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        database = ready["database"].as_str(),
        roles = roles.join(","),
        ports = ports.join(", "),
        "Artel serves"
    );
}
