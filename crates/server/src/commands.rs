//! One file per subcommand.

mod api_keys;
mod audit;
mod check;
mod clients;
mod config;
mod connectors;
mod dashboard;
mod desk;
mod keys;
mod load_test;
mod model_mock;
mod monitor;
mod secrets;
mod serve;
mod sight;
mod signing_keys;
pub(crate) mod small;
mod token;
mod tools;
mod users;

use std::process::ExitCode;

use crate::cli::{AuditCommand, Command, ConfigCommand, KeysCommand, ToolsCommand};
use crate::demo;

pub(crate) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(args) => serve::run(args).await,
        Command::Demo(args) => demo::run(args).await,
        Command::Migrate => small::migrate().await,
        Command::ReadDocument => small::read_document(),
        Command::Keys(KeysCommand::Create(args)) => keys::create(args).await,
        Command::Keys(KeysCommand::Rotate(args)) => signing_keys::rotate(args).await,
        Command::Keys(KeysCommand::List) => signing_keys::list().await,
        Command::Keys(KeysCommand::Withdraw { kid }) => signing_keys::withdraw(kid).await,
        Command::Users(command) => users::run(command).await,
        Command::Clients(command) => clients::run(command).await,
        Command::ApiKeys(command) => api_keys::run(command).await,
        Command::Token(args) => token::run(&args),
        Command::Secrets(command) => secrets::run(command).await,
        Command::Audit(AuditCommand::Verify { tenant }) => audit::verify(tenant).await,
        Command::Tools(ToolsCommand::List { json }) => tools::list(json),
        Command::Connectors(command) => connectors::run(command).await,
        Command::Config(ConfigCommand::Check) => config::check(),
        Command::Check(args) => check::run(args).await,
        Command::Monitor(args) => monitor::run(args).await,
        Command::Dashboard(args) => dashboard::run(args).await,
        Command::LoadTest(args) => load_test::run(args).await,
        Command::ToolMock(args) => small::tool_mock(args).await,
        Command::ModelMock(args) => model_mock::run(args).await,
        Command::Openapi { surface } => small::openapi(surface),
        Command::Completions { shell } => small::completions(shell),
        Command::Man => small::man(),
    }
}
