//! The rounds. In each, every part starts its program anew, measures it and stops it, so that Artel and its peer run on
//! the same machine in the same minutes.

mod hooks;
mod peer;
mod runs;
mod sockets;
mod startup;
mod streams;

use std::time::Duration;

use anyhow::{Context, Result};

use crate::cli::{Options, Part};
use crate::report::{Report, say};
use crate::subject::Setup;
use crate::{figures, machine, model_server};

/// What every part needs.
pub(crate) struct Bench<'a> {
    options: &'a Options,
    /// Artel on embedded SQLite.
    artel: Setup,
    report: Report,
}

/// Measures the parts, round after round, and reports.
pub(crate) async fn run(parts: &[Part], options: &Options) -> Result<()> {
    let artel = Setup {
        binary: std::path::absolute(&options.artel)?,
        scratch: options.scratch.clone(),
        model_url: model_server::start(0)?,
        settings: Vec::new(),
    };
    let machine = machine::describe(&options.scratch);
    let mut bench = Bench { options, artel, report: Report::default() };
    say(&format!("machine: {machine}"))?;
    for round in 1..=options.rounds {
        bench.round(round, parts).await?;
        if let Some(path) = &options.json {
            bench.report.write_json(path, &machine)?;
        }
    }
    say(&format!("\n{}", bench.report.table()))
}

impl Bench<'_> {
    async fn round(&mut self, round: u32, parts: &[Part]) -> Result<()> {
        let surroundings = machine::busy()?;
        say(&format!("round {round} of {}, beside {surroundings}", self.options.rounds))?;
        self.report.begin_round(&surroundings);
        self.report.sample(&figures::FDATASYNC, machine::durable_write_ms(&self.options.scratch)?);
        for part in parts {
            self.part(*part).await.with_context(|| format!("round {round}, {part:?}"))?;
        }
        Ok(())
    }

    async fn part(&mut self, part: Part) -> Result<()> {
        match part {
            Part::Startup => startup::startup(self).await,
            Part::Memory => startup::memory(self).await,
            Part::Streams => streams::streams(self).await,
            Part::Sockets => sockets::sockets(self).await,
            Part::Overhead => runs::overhead(self).await,
            Part::Throughput => runs::throughput(self).await,
            Part::Postgres => runs::postgres(self).await,
            Part::Hooks => hooks::hooks(self).await,
            Part::Peer => peer::peer(self).await,
        }
    }

    fn window(&self) -> Duration {
        Duration::from_secs(self.options.seconds)
    }
}
