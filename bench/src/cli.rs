//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Measure Artel's promised figures on this machine.
#[derive(Debug, Parser)]
#[command(name = "artel-bench", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Measure(Measure),
    /// The LLM proxy compared with other proxies: proxies on core 0, models and load on core 1 (start this program
    /// there).
    LlmProxy(LlmOptions),
    /// Pass bytes on to a model unchanged: the baseline of `llm-proxy`.
    Relay {
        #[arg(long)]
        model: SocketAddr,
        /// Forward HTTP requests and responses instead of bytes.
        #[arg(long)]
        http: bool,
    },
    /// Serve the zero-delay model, for use by hand.
    Model {
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Measure {
    /// Measure all figures, round after round.
    All(Options),
    /// Start to the first answer of GET /health.
    Startup(Options),
    /// Memory at rest.
    Memory(Options),
    /// Memory per waiting stream.
    Streams(Options),
    /// Memory per idle WebSocket of CodeLab's gateway, and how soon an answer reaches 100 busy ones.
    Sockets(Options),
    /// Time of one run, one at a time, on SQLite.
    Overhead(Options),
    /// Runs per second on SQLite.
    Throughput(Options),
    /// Runs per second on PostgreSQL.
    Postgres(Options),
    /// 2,000 deliveries of a service a second for 20 s: how soon each is answered, and whether all are kept.
    Hooks(Options),
    /// FastAPI + pydantic-ai, and Artel beside it.
    Peer(Options),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct LlmOptions {
    /// Each figure is measured once in each round.
    #[arg(long, default_value_t = 5)]
    pub(crate) rounds: u32,
    /// Length of each load, after its warm-up.
    #[arg(long, default_value_t = 5)]
    pub(crate) seconds: u64,
    /// The number of concurrent streams; each has 64 deltas, 20 ms apart.
    #[arg(long, default_value_t = 1000)]
    pub(crate) streams: usize,
    /// The Artel binary, which also serves as the model behind all proxies (`artel model-mock`).
    #[arg(long, env = "ARTEL_BENCH_BINARY", default_value = "target/release/artel")]
    pub(crate) artel: PathBuf,
    /// The `litellm` command of a Python environment; absent: not measured.
    #[arg(long)]
    pub(crate) litellm: Option<PathBuf>,
    /// The directory with `node_modules/@portkey-ai/gateway`; absent: not measured.
    #[arg(long)]
    pub(crate) portkey: Option<PathBuf>,
    /// The file for the raw measurements, as JSON.
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// Each figure is measured once in each round.
    #[arg(long, default_value_t = 5)]
    pub(crate) rounds: u32,
    /// Length of each load, after its warm-up.
    #[arg(long, default_value_t = 8)]
    pub(crate) seconds: u64,
    /// The number of waiting streams.
    #[arg(long, default_value_t = 1000)]
    pub(crate) streams: usize,
    /// The Artel binary.
    #[arg(long, env = "ARTEL_BENCH_BINARY", default_value = "target/release/artel")]
    pub(crate) artel: PathBuf,
    /// A Python with the peer's requirements.
    #[arg(long, env = "ARTEL_BENCH_PYTHON", default_value = "python3")]
    pub(crate) python: PathBuf,
    /// The directory of the peer's `app.py`.
    #[arg(long, default_value = "bench/peer")]
    pub(crate) peer: PathBuf,
    /// The script that starts a private PostgreSQL.
    #[arg(long, default_value = "scripts/services")]
    pub(crate) services: PathBuf,
    /// The directory for data directories. It must be on a real disk, or durability costs nothing.
    #[arg(long, env = "ARTEL_BENCH_SCRATCH", default_value = "/tmp")]
    pub(crate) scratch: PathBuf,
    /// The file for the raw measurements, as JSON.
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
}

/// What can be measured separately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Startup,
    Memory,
    Streams,
    Sockets,
    Overhead,
    Throughput,
    Postgres,
    Hooks,
    Peer,
}

impl Measure {
    /// The parts of a round in order, and the options.
    pub(crate) fn plan(self) -> (&'static [Part], Options) {
        match self {
            Self::All(options) => (
                &[
                    Part::Startup,
                    Part::Memory,
                    Part::Streams,
                    Part::Sockets,
                    Part::Overhead,
                    Part::Throughput,
                    Part::Peer,
                    Part::Postgres,
                    Part::Hooks,
                ],
                options,
            ),
            Self::Startup(options) => (&[Part::Startup], options),
            Self::Memory(options) => (&[Part::Memory], options),
            Self::Streams(options) => (&[Part::Streams], options),
            Self::Sockets(options) => (&[Part::Sockets], options),
            Self::Overhead(options) => (&[Part::Overhead], options),
            Self::Throughput(options) => (&[Part::Throughput], options),
            Self::Postgres(options) => (&[Part::Postgres], options),
            Self::Hooks(options) => (&[Part::Hooks], options),
            // The comparison needs both programs in the same round.
            Self::Peer(options) => (&[Part::Throughput, Part::Peer], options),
        }
    }
}
