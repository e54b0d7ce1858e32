//! Measures the figures that Artel promises on this machine, and compares them with a program that does the same work
//! with FastAPI and pydantic-ai.
//!
//! It uses only what a user of the product has: the binary, its environment variables and its HTTP surface. It must
//! never link the product's own code, so that it measures only what a client can see.

mod cli;
mod client;
mod figures;
mod llm;
mod load;
mod machine;
mod measure;
mod model_server;
mod process;
mod report;
mod subject;
mod times;

use anyhow::Result;
use clap::Parser;

/// One thread generates the load, because the load shares its cores with the product.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    match cli::Cli::parse().command {
        cli::Command::Model { port } => model_server::serve_forever(port),
        cli::Command::Relay { model, http } => llm::relay::serve(model, http).await,
        cli::Command::LlmProxy(options) => llm::run(&options).await,
        cli::Command::Measure(measure) => {
            let (parts, options) = measure.plan();
            measure::run(parts, &options).await
        }
    }
}
