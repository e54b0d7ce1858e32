use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Subcommand)]
pub(crate) enum ConnectorsCommand {
    /// List the connectors: those of the binary and those of CONNECTORS_DIR
    List {
        /// As JSON, one object for each connector
        #[arg(long)]
        json: bool,
    },
    /// Say whether a connector's file is good; if not, why and in which line
    Check {
        /// A YAML file
        file: PathBuf,
    },
    /// Show what a connector can do: its sign-in, its operations and their parameters
    Show {
        /// The connector's key, as `artel connectors list` shows it
        key: String,
    },
    /// Make a connector of an OpenAPI 3.0 or 3.1 document and print its YAML; what was left out goes to stderr
    Import(ImportArgs),
    /// Try a credential: makes the connector's probe request, and says what came of it
    Test(TestArgs),
}

#[derive(Args)]
pub(crate) struct ImportArgs {
    /// A file, or an https URL
    pub(crate) document: String,
    /// The key of the new connector: a-z, 0-9 and _
    #[arg(long)]
    pub(crate) key: String,
    /// Its title; without it, the document's
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Only operations whose key or path fits one of these, with commas: `issues_*,/repos/*`
    #[arg(long, value_delimiter = ',')]
    pub(crate) operations: Vec<String>,
}

#[derive(Args)]
pub(crate) struct TestArgs {
    /// The connector's key
    pub(crate) key: String,
    /// A file with the credential as a JSON object; `-` is standard input
    #[arg(long)]
    pub(crate) secret_file: PathBuf,
}
