use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use artel_model_mock::{Mock, Script};

use crate::cli::ModelMockArgs;
use crate::output;

pub(crate) async fn run(args: ModelMockArgs) -> anyhow::Result<ExitCode> {
    let script = match &args.script {
        Some(path) => Script::parse(&read(path)?).with_context(|| path.display().to_string())?,
        None => Script::default(),
    };
    let listener = tokio::net::TcpListener::bind(args.addr)
        .await
        .with_context(|| format!("{} cannot be listened on; is another process there? (--addr)", args.addr))?;
    output::line_now(
        &serde_json::json!({ "ready": true, "model_mock": format!("http://{}", listener.local_addr()?) }).to_string(),
    );
    tokio::select! {
        result = Mock::new(script).serve(listener) => result?,
        result = tokio::signal::ctrl_c() => result?,
    }
    Ok(ExitCode::SUCCESS)
}

fn read(path: &Path) -> anyhow::Result<String> {
    if path == Path::new("-") {
        return Ok(std::io::read_to_string(std::io::stdin())?);
    }
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}
