//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Measure Artel's figures on this machine.
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
    /// The LLM proxy beside others of its kind: proxies on core 0, models and load on core 1 (start this program
    /// there).
    LlmProxy(LlmOptions),
    /// Pass bytes on to a model and do nothing else: what stands beside the proxies in `llm-proxy`.
    Relay {
        #[arg(long)]
        model: SocketAddr,
        /// As requests and answers instead of as bytes.
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
    /// Everything, side by side, round after round.
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
    /// Streams of 64 deltas, 20 ms apart, at once.
    #[arg(long, default_value_t = 1000)]
    pub(crate) streams: usize,
    /// The product; also the model behind all proxies (`artel model-mock`).
    #[arg(long, env = "ARTEL_BENCH_BINARY", default_value = "target/release/artel")]
    pub(crate) artel: PathBuf,
    /// The `litellm` of a Python environment; absent: not measured.
    #[arg(long)]
    pub(crate) litellm: Option<PathBuf>,
    /// The directory with `node_modules/@portkey-ai/gateway`; absent: not measured.
    #[arg(long)]
    pub(crate) portkey: Option<PathBuf>,
    /// Where the raw measurements go, as JSON.
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
    /// Waiting streams held open at once.
    #[arg(long, default_value_t = 1000)]
    pub(crate) streams: usize,
    /// The product.
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
    /// Where data directories are made: a real disk, or durability costs nothing.
    #[arg(long, env = "ARTEL_BENCH_SCRATCH", default_value = "/tmp")]
    pub(crate) scratch: PathBuf,
    /// Where the raw measurements go, as JSON.
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
}

/// What can be measured on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Startup,
    Memory,
    Streams,
    Sockets,
    Overhead,
    Throughput,
    Postgres,
    Peer,
}

impl Measure {
    /// The parts of a round, in order, and how to measure them.
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
            // The comparison needs both sides in the same round.
            Self::Peer(options) => (&[Part::Throughput, Part::Peer], options),
        }
    }
}
