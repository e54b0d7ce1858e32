//! Commands of a few lines.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::{Cli, Documented, ToolMockArgs};
use crate::config::Config;
use crate::{logging, output, wiring};

/// Opening a store brings its tables up to date.
pub(crate) async fn migrate() -> anyhow::Result<ExitCode> {
    let config = Config::load()?;
    logging::start(&config);
    let store = wiring::open_store(&config).await?;
    output::line(&format!("the {} database is up to date", store.kind()));
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// All that the process does which reads one document.
pub(crate) fn read_document() -> anyhow::Result<ExitCode> {
    artel_documents::read_one().context("the document that is the standard input")?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn tool_mock(args: ToolMockArgs) -> anyhow::Result<ExitCode> {
    let listener = tokio::net::TcpListener::bind(args.addr)
        .await
        .with_context(|| format!("{} cannot be listened on; is another process there? (--addr)", args.addr))?;
    output::line_now(
        &serde_json::json!({ "ready": true, "tool_mock": format!("http://{}", listener.local_addr()?) }).to_string(),
    );
    tokio::select! {
        result = artel_tool_mock::serve(listener) => result?,
        result = tokio::signal::ctrl_c() => result?,
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn openapi(surface: Documented) -> anyhow::Result<ExitCode> {
    let document = match surface {
        Documented::Platform => artel_platform_api::openapi(),
        Documented::Auth => artel_auth_api::openapi(),
        Documented::Gateway => artel_codelab_api::gateway_openapi(),
        Documented::Runtime => artel_codelab_api::runtime_openapi(),
        Documented::LlmProxy => artel_llm_proxy::openapi(),
    };
    output::json_document(&document.to_pretty_json()?);
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn completions(shell: Shell) -> anyhow::Result<ExitCode> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "artel", &mut text);
    output::line(String::from_utf8(text)?.trim_end());
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn man() -> anyhow::Result<ExitCode> {
    let mut text = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut text)?;
    output::line(String::from_utf8(text)?.trim_end());
    Ok(ExitCode::SUCCESS)
}
