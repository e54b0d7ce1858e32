//! `artel connectors …`: look at connectors, check and import them, try a credential.

mod import;
mod show;
mod test;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use artel_connectors::{Catalogue, Connector, Listed};
use serde_json::json;

use crate::cli::ConnectorsCommand;
use crate::config::Config;
use crate::output;

pub(crate) async fn run(command: ConnectorsCommand) -> anyhow::Result<ExitCode> {
    match command {
        ConnectorsCommand::List { json } => list(json),
        ConnectorsCommand::Check { file } => check(&file),
        ConnectorsCommand::Show { key } => show::run(&key),
        ConnectorsCommand::Import(args) => import::run(&args).await,
        ConnectorsCommand::Test(args) => test::run(&args).await,
    }
}

fn list(as_json: bool) -> anyhow::Result<ExitCode> {
    let catalogue = catalogue()?;
    if as_json {
        output::json(&catalogue.iter().map(shown).collect::<Vec<_>>())?;
    } else {
        output::table(&table(&catalogue));
    }
    Ok(ExitCode::SUCCESS)
}

fn shown(listed: &Listed) -> serde_json::Value {
    let connector = &listed.connector;
    json!({
        "key": connector.key,
        "kind": listed.origin.as_str(),
        "title": connector.title,
        "ways": ways(connector),
        "operations": connector.operations().count(),
    })
}

fn table(catalogue: &Catalogue) -> Vec<Vec<String>> {
    let row = |cells: [&str; 5]| cells.map(str::to_owned).to_vec();
    let mut rows = vec![row(["KEY", "KIND", "SIGN-IN", "OPERATIONS", "TITLE"])];
    for listed in catalogue.iter() {
        let connector = &listed.connector;
        let operations = connector.operations().count().to_string();
        let ways = ways(connector).join(", ");
        rows.push(row([&connector.key, listed.origin.as_str(), &ways, &operations, &connector.title.en]));
    }
    rows
}

/// How one signs in.
fn ways(connector: &Connector) -> Vec<&str> {
    connector.auth.iter().map(|scheme| scheme.key.as_str()).collect()
}

fn check(file: &Path) -> anyhow::Result<ExitCode> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    match artel_connectors::parse(&file.display().to_string(), &text) {
        Ok(connector) => {
            let (key, operations) = (&connector.key, connector.operations().count());
            output::line(&format!("{}: the connector {key} is good, with {operations} operations", file.display()));
            Ok(ExitCode::SUCCESS)
        }
        Err(faults) => {
            for fault in &faults {
                output::error(&fault.to_string());
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

/// The shipped connectors and those of `CONNECTORS_DIR`. What is left out is told on stderr.
fn catalogue() -> anyhow::Result<Catalogue> {
    let (catalogue, warnings) = crate::connectors::catalogue()?;
    for warning in &warnings {
        output::error(&format!("left out: {warning}"));
    }
    Ok(catalogue)
}

/// The guard with the operator's exceptions (`TOOL_ALLOW_PRIVATE_HOSTS`).
fn egress() -> anyhow::Result<artel_egress::Egress> {
    crate::wiring::egress(&Config::load()?, std::collections::BTreeMap::new())
}

/// The connector of that key.
fn named(key: &str) -> anyhow::Result<std::sync::Arc<artel_connectors::Connector>> {
    let catalogue = catalogue()?;
    let found = catalogue.get(key).map(|listed| std::sync::Arc::clone(&listed.connector));
    found.with_context(|| format!("there is no connector {key}; `artel connectors list` shows those there are"))
}
