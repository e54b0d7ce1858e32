//! The LLM proxy compared with other proxies on the same machine, one after the other: the proxy alone on core 0, the
//! model and the load on core 1.

mod chat;
pub(crate) mod relay;
mod streams;
mod subject;
mod table;

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use crate::cli::LlmOptions;
use crate::machine;
use crate::report::say;
use subject::{Kind, Model, Subject};
use table::Table;

/// The numbers of connections.
const LOAD_LEVELS: [usize; 8] = [1, 2, 4, 8, 16, 32, 64, 128];
/// The bounds on p99, in milliseconds, under which throughput is reported.
const BOUNDS: [f64; 4] = [1.0, 5.0, 10.0, 50.0];
/// The wait before memory is measured.
const SETTLING: Duration = Duration::from_secs(2);

pub(crate) async fn run(options: &LlmOptions) -> Result<()> {
    let model = Model::start(&options.artel).await?;
    let machine = machine::describe(std::path::Path::new("/tmp"));
    let mut table = Table::new(machine.clone());
    say(&format!("machine: {machine}"))?;
    for round in 1..=options.rounds {
        let surroundings = machine::busy()?;
        say(&format!("round {round} of {}, beside {surroundings}", options.rounds))?;
        table.begin_round(&surroundings);
        for kind in kinds(options) {
            measure(&mut table, &kind, &model, options)
                .await
                .with_context(|| format!("round {round}, {}", kind.name()))?;
        }
        if let Some(path) = &options.json {
            table.write_json(path)?;
        }
    }
    say(&format!("\n{}", table.text()))
}

/// The subjects. The first is the model itself, with which all others are compared.
fn kinds(options: &LlmOptions) -> Vec<Kind> {
    let litellm = options.litellm.clone().map(Kind::LiteLlm);
    let portkey = options.portkey.clone().map(Kind::Portkey);
    [Kind::Direct, Kind::Relay, Kind::BareProxy, Kind::Artel(options.artel.clone())]
        .into_iter()
        .chain(litellm)
        .chain(portkey)
        .collect()
}

async fn measure(table: &mut Table, kind: &Kind, model: &Model, options: &LlmOptions) -> Result<()> {
    let subject = Subject::start(kind, model).await?;
    let name = kind.name();
    say(&format!("  {name}"))?;
    tokio::time::sleep(SETTLING).await;
    if let Some(bytes) = subject.resident_bytes()? {
        table.sample(name, "memory at rest, MB", bytes / 1e6);
    }
    load_levels(table, &subject, name, options).await?;
    let streamed = streams::run(&subject, options.streams).await?;
    table.sample(name, &format!("{} streams of 64 deltas at 20 ms: whole", options.streams), streamed.whole as f64);
    table.sample(name, "  frames lost", streamed.lost as f64);
    table.sample(name, "  time to first token, p50, ms", streamed.first_p50_ms);
    table.sample(name, "  time to first token, p99, ms", streamed.first_p99_ms);
    table.sample(name, "  longest pause in a stream, p99, ms", streamed.pause_p99_ms);
    table.sample(name, "  first request to last delta, s", streamed.seconds);
    if let Some(seconds) = streamed.cpu_seconds {
        table.sample(name, "  CPU seconds", seconds);
    }
    table.raw(name, "streams", json!({ "errors": streamed.errors }));
    subject.stop().await?;
    memory_of_streams(table, kind, model, options).await
}

/// Measures a new process: a process that had many streams before would reuse their memory.
async fn memory_of_streams(table: &mut Table, kind: &Kind, model: &Model, options: &LlmOptions) -> Result<()> {
    let subject = Subject::start(kind, model).await?;
    if let Some(bytes) = streams::memory_of_each(&subject, options.streams).await? {
        table.sample(kind.name(), "memory of an open stream, KB", bytes / 1e3);
    }
    subject.stop().await
}

/// Measures small chats that are not streamed, with a growing number of connections.
async fn load_levels(table: &mut Table, subject: &Subject, name: &'static str, options: &LlmOptions) -> Result<()> {
    let window = Duration::from_secs(options.seconds);
    let mut levels = Vec::new();
    for connections in LOAD_LEVELS {
        let level = chat::closed_loop(subject, connections, window).await?;
        table.raw(name, &format!("chats_{connections}"), level.raw());
        // If an answer takes more than a second, more connections would only wait longer.
        let is_over = level.p50_ms > 1000.0;
        levels.push(level);
        if is_over {
            break;
        }
    }
    let first = &levels[0];
    table.sample(name, "one chat at a time, p50, ms", first.p50_ms);
    table.sample(name, "one chat at a time, p99, ms", first.p99_ms);
    let best = levels.iter().map(|level| level.per_second).fold(0.0, f64::max);
    table.sample(name, "small chats/s, best", best);
    for bound in BOUNDS {
        let within =
            levels.iter().filter(|level| level.p99_ms <= bound).map(|level| level.per_second).fold(0.0, f64::max);
        table.sample(name, &format!("small chats/s at p99 ≤ {bound} ms"), within);
    }
    let cheapest = levels.iter().filter_map(|level| level.cpu_per_thousand).fold(f64::INFINITY, f64::min);
    if cheapest.is_finite() {
        table.sample(name, "CPU seconds per 1,000 chats", cheapest);
    }
    Ok(())
}
