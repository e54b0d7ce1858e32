//! Measures the figures that Artel promises, on the machine it runs on, against a program that does the same
//! work with FastAPI and pydantic-ai.
//!
//! It only knows what a user of the product knows: the binary, its environment variables and its HTTP surface.
//! It must never link the product's own code paths, so that nothing is measured that a client could not see.

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

/// One thread generates the load, so that it takes as little as it can of the cores it shares with the product.
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
