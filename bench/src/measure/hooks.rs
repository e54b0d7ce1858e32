//! Deliveries of a service at a fixed rate: how soon each is answered, and whether all are in the journal.

use std::cell::RefCell;
use std::rc::Rc;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{Duration, Instant, sleep_until};

use super::Bench;
use crate::client::{Client, Target};
use crate::figures::{Figure, HOOKS_LOST, HOOKS_P50, HOOKS_P99, HOOKS_PG_LOST, HOOKS_PG_P99, HOOKS_RATE};
use crate::report::say;
use crate::subject::{Artel, Postgres, Setup};
use crate::times::Times;

const PER_SECOND: u32 = 2000;
const WINDOW: Duration = Duration::from_secs(20);
/// Deliveries that are answered before the first that counts.
const WARM_UP: u32 = PER_SECOND;
/// More than are under way at once, so that no delivery waits for a connection.
const CONNECTIONS: u32 = 128;
const NO_LIMIT: &str = "1000000000/second";
/// What the service shows with each delivery.
const SECRET: &str = "a-secret-of-the-bench";

/// On embedded SQLite, and on PostgreSQL beside it.
pub(super) async fn hooks(bench: &mut Bench<'_>) -> Result<()> {
    let sqlite = bench.artel.clone();
    bench
        .hooks("hooks_sqlite", &sqlite, [Some(&HOOKS_RATE), Some(&HOOKS_P50), Some(&HOOKS_P99), Some(&HOOKS_LOST)])
        .await?;
    let postgres = Postgres::start(&bench.options.services).await?;
    let setup = bench.artel.with("DATABASE_URL", postgres.url.as_str());
    bench.hooks("hooks_postgres", &setup, [None, None, Some(&HOOKS_PG_P99), Some(&HOOKS_PG_LOST)]).await
}

impl Bench<'_> {
    /// * `figures`: of answers per second, p50, p99 and lost deliveries.
    async fn hooks(&mut self, name: &str, setup: &Setup, figures: [Option<&Figure>; 4]) -> Result<()> {
        let artel = setup.with("RATE_LIMIT_HOOKS", NO_LIMIT).start().await?;
        let owner = artel.owner().await?;
        let hook = make_hook(&owner).await?;
        let sent = LocalSet::new().run_until(deliver(&artel, &hook)).await?;
        let kept = count(&owner).await?;
        artel.stop().await?;
        let lost = f64::from(WARM_UP) + sent.times.count() as f64 - kept as f64;
        let rate = sent.times.count() as f64 / sent.took.as_secs_f64();
        let (p50, p99, worst) = (sent.times.ms_at(0.5), sent.times.ms_at(0.99), sent.times.ms_at(1.0));
        say(&format!(
            "  {name}: {rate:.0} deliveries/s, p50 {p50:.2} ms, p99 {p99:.2} ms, worst {worst:.1} ms, lost {lost}"
        ))?;
        self.report.load(name, json!({ "deliveries": sent.times.count(), "kept": kept, "worst_ms": worst }));
        for (figure, value) in figures.into_iter().zip([rate, p50, p99, lost]) {
            if let Some(figure) = figure {
                self.report.sample(figure, value);
            }
        }
        Ok(())
    }
}

/// The path where the service delivers.
async fn make_hook(owner: &Target) -> Result<String> {
    let mut client = Client::connect(owner.clone()).await?;
    let path = "/organizations/me/connectors/telegram/hooks";
    let hook = client.ask_json(Method::POST, path, Some(&json!({ "secret": SECRET }))).await?;
    Ok(hook["url"].as_str().context("a hook without its url")?.to_owned())
}

/// What became of the deliveries after the warm-up.
struct Sent {
    /// From the moment when a delivery was due to its answer: one that had to wait to be sent is not made to look good.
    times: Times,
    took: Duration,
}

async fn deliver(artel: &Artel, hook: &str) -> Result<Sent> {
    let headers = vec![("x-telegram-bot-api-secret-token", SECRET.to_owned())];
    let target = Target { address: artel.address, headers };
    let all = WARM_UP + PER_SECOND * u32::try_from(WINDOW.as_secs())?;
    let (begun, times) = (Instant::now(), Rc::new(RefCell::new(Vec::new())));
    let mut lines = JoinSet::new();
    for first in 0..CONNECTIONS {
        let (target, hook, times) = (target.clone(), hook.to_owned(), Rc::clone(&times));
        let numbers = (first..all).step_by(CONNECTIONS as usize);
        lines.spawn_local(async move {
            let mut client = Client::connect(target).await?;
            for number in numbers {
                let due = begun + Duration::from_secs(1) * number / PER_SECOND;
                sleep_until(due).await;
                let (status, _) = client.ask(Method::POST, &hook, update(number)).await?;
                ensure!(status == StatusCode::OK, "delivery {number} was answered {status}");
                if number >= WARM_UP {
                    times.borrow_mut().push(due.elapsed());
                }
            }
            anyhow::Ok(())
        });
    }
    while let Some(line) = lines.join_next().await {
        line??;
    }
    let took = begun.elapsed().saturating_sub(Duration::from_secs(1) * WARM_UP / PER_SECOND);
    Ok(Sent { times: Times::new(times.take()), took })
}

/// An update of a bot, as Telegram sends it.
fn update(number: u32) -> Bytes {
    let message = json!({ "message_id": number, "date": 1_700_000_000, "chat": { "id": 42, "type": "private" },
        "from": { "id": 42, "is_bot": false, "first_name": "Ada" }, "text": "When will my order come?" });
    Bytes::from(json!({ "update_id": number, "message": message }).to_string())
}

/// Different deliveries in the journal.
async fn count(owner: &Target) -> Result<usize> {
    let mut client = Client::connect(owner.clone()).await?;
    let (mut seen, mut after) = (std::collections::HashSet::new(), String::new());
    loop {
        let path = format!("/organizations/me/events/inbound?limit=100{after}");
        let page = client.ask_json(Method::GET, &path, None).await?;
        let events = page["events"].as_array().context("a journal without events")?;
        seen.extend(events.iter().filter_map(|event| event["payload"]["update_id"].as_u64()));
        match &page["next"] {
            Value::String(next) => after = format!("&after={next}"),
            _ => return Ok(seen.len()),
        }
    }
}
