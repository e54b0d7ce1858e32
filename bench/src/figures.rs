//! The figures: what is measured, in which unit, and the promised value.

/// The promised value of a figure.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    AtMost(f64),
    AtLeast(f64),
    /// No promise: the figure explains the others.
    Unbounded,
}

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) id: &'static str,
    pub(crate) what: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) target: Target,
}

macro_rules! figures {
    ($($name:ident: $what:literal, $unit:literal, $target:expr;)*) => {
        $(pub(crate) const $name: Figure = Figure { id: stringify!($name), what: $what, unit: $unit, target: $target };)*
        /// Every figure, in the order of the table.
        pub(crate) const ALL: &[Figure] = &[$($name),*];
    };
}

use Target::{AtLeast, AtMost, Unbounded};

figures! {
    START_FRESH: "Start to first GET /health, new data directory", "ms", AtMost(300.0);
    START_AGAIN: "Start to first GET /health, existing data directory", "ms", AtMost(300.0);
    MEMORY_REST: "Memory at rest, everything in one process (RSS)", "MB", AtMost(60.0);
    STREAM_READER: "Memory per reader waiting on GET /runs/{id}/events", "KB", AtMost(30.0);
    STREAM_RUN: "Memory per POST /runs/stream whose model call is held open", "KB", Unbounded;
    SOCKET: "Memory per idle WebSocket of the gateway", "KB", AtMost(20.0);
    SOCKET_FANOUT_P50: "From the model's first word to its frame, 100 busy sockets among all: p50", "ms", Unbounded;
    SOCKET_FANOUT_P99: "From the model's first word to its frame, 100 busy sockets among all: p99", "ms", AtMost(50.0);
    SQLITE_P50: "SQLite, 1 at a time: POST /runs, p50", "ms", AtMost(4.0);
    SQLITE_P99: "SQLite, 1 at a time: POST /runs, p99", "ms", Unbounded;
    SQLITE_HTTP_P50: "SQLite, 1 at a time, model over HTTP: p50", "ms", Unbounded;
    SQLITE_RUNS: "SQLite, 64 at a time", "runs/s", AtLeast(1000.0);
    SQLITE_64_P50: "SQLite, 64 at a time: p50", "ms", Unbounded;
    SQLITE_64_P99: "SQLite, 64 at a time: p99", "ms", Unbounded;
    SQLITE_PER_CPU: "SQLite, 64 at a time", "runs/CPU s", Unbounded;
    SQLITE_HTTP_RUNS: "SQLite, 64 at a time, model over HTTP", "runs/s", Unbounded;
    SQLITE_HTTP_PER_CPU: "SQLite, 64 at a time, model over HTTP", "runs/CPU s", Unbounded;
    MEMORY_LOADED: "Memory after the runs above (RSS)", "MB", Unbounded;
    POSTGRES_P50: "PostgreSQL, 1 at a time: POST /runs, p50", "ms", Unbounded;
    POSTGRES_RUNS: "PostgreSQL beside it, 64 at a time", "runs/s", AtLeast(500.0);
    POSTGRES_64_P50: "PostgreSQL, 64 at a time: p50", "ms", Unbounded;
    POSTGRES_PER_CPU: "PostgreSQL, 64 at a time, database's CPU included", "runs/CPU s", Unbounded;
    HOOKS_RATE: "SQLite, 2,000 deliveries a second for 20 s: answered", "1/s", AtLeast(1980.0);
    HOOKS_P50: "SQLite, 2,000 deliveries a second: p50 from due to answered", "ms", Unbounded;
    HOOKS_P99: "SQLite, 2,000 deliveries a second: p99 from due to answered", "ms", AtMost(10.0);
    HOOKS_LOST: "SQLite, deliveries that were answered and are not in the journal", "", AtMost(0.0);
    HOOKS_PG_P99: "PostgreSQL beside it, 2,000 deliveries a second: p99 from due to answered", "ms", Unbounded;
    HOOKS_PG_LOST: "PostgreSQL, deliveries that were answered and are not in the journal", "", AtMost(0.0);
    PEER_P50: "FastAPI + pydantic-ai, 1 at a time: p50", "ms", Unbounded;
    PEER_RUNS_1: "FastAPI + pydantic-ai, 1 at a time", "runs/s", Unbounded;
    PEER_RUNS_8: "FastAPI + pydantic-ai, 8 at a time", "runs/s", Unbounded;
    PEER_RUNS_64: "FastAPI + pydantic-ai, 64 at a time", "runs/s", Unbounded;
    PEER_PER_CPU: "FastAPI + pydantic-ai, best of the three", "runs/CPU s", Unbounded;
    PEER_MEMORY: "FastAPI + pydantic-ai: memory after the runs (RSS)", "MB", Unbounded;
    PEER_RATIO: "Artel's runs per CPU second over the peer's best, model over HTTP, SQLite", "times", AtLeast(15.0);
    PEER_RATIO_POSTGRES: "The same with Artel on PostgreSQL (built-in model), database's CPU included", "times", Unbounded;
    FDATASYNC: "The disk: 4 KiB append + fdatasync, p50", "ms", Unbounded;
}

impl Target {
    /// Whether all samples, the worst one included, meet the promise.
    pub(crate) fn verdict(self, samples: &[f64]) -> String {
        let Some(spread) = Spread::of(samples) else { return "not measured".to_owned() };
        let (bound, worst, misses): (f64, f64, fn(f64, f64) -> bool) = match self {
            Self::AtMost(bound) => (bound, spread.max, |value, bound| value > bound),
            Self::AtLeast(bound) => (bound, spread.min, |value, bound| value < bound),
            Self::Unbounded => return String::new(),
        };
        if !misses(worst, bound) {
            return "met".to_owned();
        }
        if !misses(spread.median, bound) {
            return "met at the median".to_owned();
        }
        format!("missed by {:.0} %", (spread.median - bound).abs() / bound * 100.0)
    }
}

/// Smallest, middle and largest of the samples.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub(crate) struct Spread {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) max: f64,
}

impl Spread {
    pub(crate) fn of(samples: &[f64]) -> Option<Self> {
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let median = f64::midpoint(sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
        Some(Self { min, median, max })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_count_lies_between_the_two_middle_samples() {
        assert_eq!(Spread::of(&[4.0, 1.0, 3.0, 2.0]), Some(Spread { min: 1.0, median: 2.5, max: 4.0 }));
        assert_eq!(Spread::of(&[]), None);
    }

    #[test]
    fn a_figure_is_met_only_when_its_worst_round_meets_it() {
        assert_eq!(AtMost(4.0).verdict(&[3.0, 4.0, 3.5]), "met");
        assert_eq!(AtMost(4.0).verdict(&[3.0, 4.1, 3.5]), "met at the median");
        assert_eq!(AtLeast(1000.0).verdict(&[900.0, 750.0, 800.0]), "missed by 20 %");
        assert_eq!(AtLeast(1000.0).verdict(&[]), "not measured");
    }
}
