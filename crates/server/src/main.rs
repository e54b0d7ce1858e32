//! The binary `artel`: configuration, wiring and subcommands. The only crate that names a concrete store or bus.

mod accounting;
mod auth;
mod cli;
mod commands;
mod config;
mod connectors;
mod database_clock;
mod demo;
mod first;
mod http_client;
mod key_set;
mod logging;
mod metrics;
mod model_keys;
mod open_files;
mod output;
mod probes;
mod secret_names;
mod serve;
mod surfaces;
mod tool_ports;
mod toolkit;
mod vault;
mod wiring;

use std::process::ExitCode;

use clap::Parser;
use tikv_jemallocator::Jemalloc;

/// A model call makes some hundred small allocations; this one makes it a quarter cheaper than the system's. How soon
/// it gives memory back is set in `.cargo/config.toml`.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    if matches!(cli.command, cli::Command::ReadDocument) {
        // It has limits of the kernel: no runtime, no thread that it does not need.
        return commands::small::read_document().unwrap_or_else(|error| fail(&error));
    }
    // What reqwest encrypts with; it fails when there is one already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&anyhow::Error::new(error).context("the async runtime cannot start")),
    };
    match runtime.block_on(commands::run(cli.command)) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

/// The causes of an error, each said once: many an error's text ends with that of its cause.
fn chain(error: &anyhow::Error) -> String {
    let mut said: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        if said.last().is_none_or(|last| !last.ends_with(&cause)) {
            said.push(cause);
        }
    }
    said.join(": ")
}

/// One line: what went wrong, and why.
fn fail(error: &anyhow::Error) -> ExitCode {
    output::error(&format!("artel: {}", chain(error)));
    ExitCode::FAILURE
}
