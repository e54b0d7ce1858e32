mod accounts;
mod connectors;
mod watching;

use std::net::SocketAddr;
use std::path::PathBuf;

pub(crate) use accounts::{ClientArgs, ClientsCommand, RotateArgs, UserArgs, UsersCommand};
use artel_domain::{AgentId, ApiKeyId, TenantId, UserId};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
pub(crate) use connectors::{ConnectorsCommand, ImportArgs, TestArgs};
pub(crate) use watching::{DashboardArgs, MonitorArgs};

/// Artel: a self-hosted platform for AI agents. Define agents, give them tools, run them, watch them, keep a human in
/// charge.
///
/// With no configuration everything is kept in ./artel-data (embedded SQLite). DATABASE_URL (PostgreSQL) and REDIS_URL
/// (Redis) make it many processes on many machines. `artel config check` shows every setting.
#[derive(Parser)]
#[command(name = "artel", version, max_term_width = 120)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Start the platform and serve until SIGTERM or Ctrl-C
    ///
    /// Prints one JSON line with the real addresses when it is ready. On SIGTERM it stops taking runs, lets those under
    /// way finish for SHUTDOWN_GRACE_SECONDS, and hands the others to the next process.
    Serve(ServeArgs),
    /// Show the product at work: server, tool, agent and a run, all on this machine
    ///
    /// Uses the built-in demo model; with OPENAI_API_KEY or OPENAI_BASE_URL set, a real one (DEMO_MODEL, default
    /// openai:gpt-4o-mini).
    Demo(DemoArgs),
    /// Bring the database's tables up to this version, and stop
    Migrate,
    /// Read the document that is the standard input, and print what it came to; the server calls this for each upload
    #[command(hide = true)]
    ReadDocument,
    /// Manage the people who can sign in
    #[command(subcommand)]
    Users(UsersCommand),
    /// Manage the programs that ask for tokens (OAuth clients)
    #[command(subcommand)]
    Clients(ClientsCommand),
    /// Make API keys; rotate the keys that sign access tokens
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Look at the API keys of a tenant, and revoke them; `artel keys create` makes one
    #[command(subcommand)]
    ApiKeys(ApiKeysCommand),
    /// Print a signed token for the API, made with this installation's JWT secret
    Token(TokenArgs),
    /// Keep tenants' secrets, sealed in the database: those of tools, and keys for model providers (llm/<provider>)
    #[command(subcommand)]
    Secrets(SecretsCommand),
    /// Prove what the audit log says
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Look at the catalogue of tools
    #[command(subcommand)]
    Tools(ToolsCommand),
    /// Look at the external services that agents can use, check and import them
    #[command(subcommand)]
    Connectors(ConnectorsCommand),
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Probe the endpoints of every surface of a running installation; exit code 1 when one fails
    Check(CheckArgs),
    /// Send many requests at once to a running installation and report rate, latency and errors
    LoadTest(LoadTestArgs),
    /// Watch a running installation: a line about database, runs and questions each time
    Monitor(MonitorArgs),
    /// Watch a running installation on a screen that is drawn anew: database, runs, questions. Ctrl-C ends it
    Dashboard(DashboardArgs),
    /// Serve a tool to try agents with: POST /echo {text}, POST /sum {a,b}, and knobs to delay, fail and count
    ToolMock(ToolMockArgs),
    /// Serve a model that says what a script tells it to, to try agents and clients with: OpenAI, Anthropic and Ollama
    ///
    /// Without a script it echoes, and it calls the first tool that it is offered once, with arguments made to fit the
    /// tool's schema. So an agent can be tried without a key, a network or a model:
    ///
    ///   artel model-mock &
    ///   OPENAI_BASE_URL=http://127.0.0.1:9100/v1 OPENAI_API_KEY=any artel serve
    ///
    /// The base URL of Anthropic and Ollama is http://127.0.0.1:9100, without /v1. A script is TOML or JSON. Replies
    /// are taken in turn, the last one again and again; a reply with `when` is for the requests that match it:
    ///
    ///   [[replies]]
    ///   status = 429
    ///   headers = { retry-after = "1" }
    ///
    ///   [[replies]]
    ///   steps = [{ text = "Let me look. " }, { tool = { name = "weather", arguments = { city = "Rome" } } }]
    ///
    ///   [[replies]]
    ///   steps = [{ text = "It is sunny." }]
    ///   timing = { first_ms = 300, gap_ms = 20 }
    ///   fault = { after_deltas = 2, how = "cut" }
    ///
    /// GET /__mock/requests shows what was asked, GET /__mock/stats who went before the end, PUT /__mock/script
    /// replaces the script. docs/model-mock.md has every step and knob.
    #[command(verbatim_doc_comment)]
    ModelMock(ModelMockArgs),
    /// Print the OpenAPI document of a surface
    Openapi {
        #[arg(value_enum, default_value_t = Documented::Platform)]
        surface: Documented,
    },
    /// Print completions for a shell: artel completions bash > /etc/bash_completion.d/artel
    Completions { shell: Shell },
    /// Print the manual page: artel man > /usr/local/share/man/man1/artel.1
    Man,
}

#[derive(Args)]
pub(crate) struct ServeArgs {
    /// What this process does; several with commas. Default: everything
    #[arg(long, value_delimiter = ',', default_values = ["platform", "gateway", "runtime", "llm-proxy", "auth", "worker"])]
    pub(crate) role: Vec<Role>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// The public API
    Platform,
    /// CodeLab's gateway with its WebSocket, at the public port
    Gateway,
    /// CodeLab's agent runtime, for other services
    Runtime,
    /// Every model behind OpenAI's API, for the other services and for keys with the scope llm:invoke
    LlmProxy,
    /// Drives runs
    Worker,
    /// The auth service at a port of its own; the public API serves it too
    Auth,
}

impl Role {
    pub(crate) const ALL: [Self; 6] =
        [Self::Platform, Self::Gateway, Self::Runtime, Self::LlmProxy, Self::Worker, Self::Auth];
}

#[derive(Args)]
pub(crate) struct DemoArgs {
    /// Where to listen; port 0 picks a free one
    #[arg(long, default_value = "127.0.0.1:8000")]
    pub(crate) addr: SocketAddr,
    /// Stop after the walk instead of staying up
    #[arg(long)]
    pub(crate) exit: bool,
    /// Keep the demo's data here; otherwise it is in a temporary directory, which is removed at the end
    #[arg(long)]
    pub(crate) data_dir: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum KeysCommand {
    /// Make an API key and print it; it is shown this once
    Create(KeyArgs),
    /// Sign access tokens with a new key from now on, and print its name
    ///
    /// Running processes notice within seconds. Tokens that the old key signed work until the overlap ends.
    Rotate(RotateArgs),
    /// List the keys that sign and verify access tokens
    List,
    /// Refuse every token that a retiring key has signed: after a leak, rotate first, then withdraw
    Withdraw {
        /// The key's name, as `artel keys list` shows it
        // One in 64 begins with a hyphen.
        #[arg(allow_hyphen_values = true)]
        kid: String,
    },
}

#[derive(Args)]
pub(crate) struct KeyArgs {
    /// The organisation the key acts in
    #[arg(long, default_value = "00000000-0000-0000-0000-000000000001")]
    pub(crate) tenant: TenantId,
    /// The user the key acts as
    #[arg(long, default_value = "00000000-0000-0000-0000-000000000001")]
    pub(crate) user: UserId,
    /// What the key may do; several with commas
    #[arg(long, value_delimiter = ',', default_values = ["tools:read", "tools:write", "api-keys:write", "audit:read"])]
    pub(crate) scopes: Vec<String>,
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Default: it does not expire
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..=36500))]
    pub(crate) expires_in_days: Option<i64>,
    /// The only agent that the key may run
    #[arg(long)]
    pub(crate) agent: Option<AgentId>,
    /// Runs that the key may start in a day
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
    pub(crate) daily_limit: Option<i64>,
}

#[derive(Subcommand)]
pub(crate) enum ApiKeysCommand {
    /// List the keys that are not revoked
    List {
        #[arg(long, default_value = "00000000-0000-0000-0000-000000000001")]
        tenant: TenantId,
        /// Those that are revoked too
        #[arg(long)]
        all: bool,
        /// As JSON, one object for each key
        #[arg(long)]
        json: bool,
    },
    /// Revoke a key, and all keys that were made with it
    Revoke {
        /// The key's id, as `artel api-keys list` shows it
        id: ApiKeyId,
        #[arg(long, default_value = "00000000-0000-0000-0000-000000000001")]
        tenant: TenantId,
    },
}

#[derive(Args)]
pub(crate) struct TokenArgs {
    #[arg(long, default_value = "00000000-0000-0000-0000-000000000001")]
    pub(crate) tenant: TenantId,
    #[arg(long, default_value = "00000000-0000-0000-0000-000000000001")]
    pub(crate) user: UserId,
    /// What the token allows; several with commas
    #[arg(long, value_delimiter = ',', default_values = ["tools:read", "tools:write", "api-keys:write", "audit:read"])]
    pub(crate) scopes: Vec<String>,
    /// How long it works
    #[arg(long, default_value_t = 3600, value_parser = clap::value_parser!(u64).range(1..=31_536_000))]
    pub(crate) ttl_seconds: u64,
}

#[derive(Subcommand)]
pub(crate) enum SecretsCommand {
    /// Store a secret; its value is read from standard input
    ///
    /// A tool's secret has the name that its binding gives as secrets_ref. The tenant's own key for a model provider is
    /// called llm/openai, llm/anthropic, llm/ollama or llm/custom:<name>; it is used instead of the operator's.
    Set {
        name: String,
        #[arg(long, default_value = "00000000-0000-0000-0000-000000000001")]
        tenant: TenantId,
    },
    /// List the names
    List {
        #[arg(long, default_value = "00000000-0000-0000-0000-000000000001")]
        tenant: TenantId,
    },
    /// Remove a secret
    Delete {
        name: String,
        #[arg(long, default_value = "00000000-0000-0000-0000-000000000001")]
        tenant: TenantId,
    },
    /// Bring all secrets under the master key of today
    ///
    /// The new master key is ARTEL_MASTER_KEY, the one before it ARTEL_MASTER_KEY_OTHER. The keys of tenants and the
    /// keys that sign tokens are sealed with the new one; secrets that an earlier version sealed with the master key
    /// itself are sealed with their tenant's key. It may run beside the servers, and may run again. What no key opens
    /// is named, and the exit code is 1 then.
    Rotate,
    /// Give an organisation a new key in place of one that no master key opens
    ///
    /// For a master key that is lost: what was sealed under the organisation's key is lost too, and is named. After
    /// this it can be set again. Nothing changes when the key opens. Restart the servers afterwards.
    Forget {
        #[arg(long)]
        tenant: TenantId,
        /// Without it, what is lost is named and nothing changes
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Subcommand)]
pub(crate) enum AuditCommand {
    /// Recompute the hash chain of every tenant; exit code 1 when a row was changed or removed
    Verify {
        /// Only this one
        #[arg(long)]
        tenant: Option<TenantId>,
    },
}

#[derive(Subcommand)]
pub(crate) enum ToolsCommand {
    /// List the tools, and what is missing for those that this installation cannot call
    List {
        /// As JSON, one object for each tool
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the effective configuration, secrets masked; exit code 1 when a value is bad
    Check,
}

#[derive(Args)]
pub(crate) struct CheckArgs {
    /// For example http://127.0.0.1:8000
    pub(crate) url: String,
    /// A token or an API key; without one only the routes that need none are probed
    #[arg(long, env = "ARTEL_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// Probe the auth service at a port of its own too, for example http://127.0.0.1:8003
    #[arg(long, value_name = "URL")]
    pub(crate) auth: Option<String>,
    /// Probe CodeLab's agent runtime too, for example http://127.0.0.1:8001
    #[arg(long, value_name = "URL")]
    pub(crate) runtime: Option<String>,
    /// Probe the LLM proxy too, for example http://127.0.0.1:8002
    #[arg(long, value_name = "URL")]
    pub(crate) llm_proxy: Option<String>,
    /// What the services of the installation show each other; without it the runtime and the LLM proxy must refuse
    #[arg(long, env = "INTERNAL_API_KEY", hide_env_values = true)]
    pub(crate) internal_key: Option<String>,
}

/// A surface with an OpenAPI document.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Documented {
    /// The Agent Platform API
    Platform,
    /// The auth service
    Auth,
    /// CodeLab's gateway
    Gateway,
    /// CodeLab's agent runtime
    Runtime,
    /// Every model behind OpenAI's API
    LlmProxy,
}

#[derive(Args)]
pub(crate) struct LoadTestArgs {
    /// For example http://127.0.0.1:8000
    pub(crate) url: String,
    /// Requests under way at the same time
    #[arg(default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) concurrency: u32,
    /// How long
    #[arg(default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) seconds: u64,
    /// A token or an API key
    #[arg(long, env = "ARTEL_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// Start runs of this agent instead of reading /health/db
    #[arg(long)]
    pub(crate) agent: Option<AgentId>,
}

#[derive(Args)]
pub(crate) struct ToolMockArgs {
    #[arg(long, default_value = "127.0.0.1:9000")]
    pub(crate) addr: SocketAddr,
}

#[derive(Args)]
pub(crate) struct ModelMockArgs {
    /// Where to listen; port 0 picks a free one
    #[arg(long, default_value = "127.0.0.1:9100")]
    pub(crate) addr: SocketAddr,
    /// The script, TOML or JSON; - reads standard input
    #[arg(long)]
    pub(crate) script: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::*;

    #[test]
    fn the_commands_hang_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_signing_key_may_have_a_name_that_looks_like_an_option() {
        for name in ["-_q1", "-hPq", "--x"] {
            let parsed = Cli::try_parse_from(["artel", "keys", "withdraw", name]);
            let Ok(Cli { command: Command::Keys(KeysCommand::Withdraw { kid }) }) = parsed else { panic!("{name}") };
            assert_eq!(kid, name);
        }
        let help = Cli::try_parse_from(["artel", "keys", "withdraw", "--help"]);
        assert!(help.is_err_and(|error| error.to_string().contains("Usage")));
    }
}
