use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use artel_domain::AgentId;
use futures::future::join_all;
use serde_json::json;

use crate::cli::LoadTestArgs;
use crate::http_client::Target;
use crate::output;

/// What one of the concurrent clients saw.
#[derive(Default)]
struct Seen {
    /// Of requests that were answered well: a refusal is fast, and would flatter.
    latencies: Vec<Duration>,
    /// Answers by what they were: a status, or why there was none.
    outcomes: BTreeMap<String, usize>,
}

pub(crate) async fn run(args: LoadTestArgs) -> anyhow::Result<ExitCode> {
    let target = Target::new(&args.url, args.token)?;
    let until = Instant::now() + Duration::from_secs(args.seconds);
    output::error(&format!("{} at a time for {} s …", args.concurrency, args.seconds));
    let start = Instant::now();
    let clients = (0..args.concurrency).map(|_| client(&target, args.agent, until));
    let seen: Vec<Seen> = join_all(clients).await;
    let good = report(&seen, start.elapsed());
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn client(target: &Target, agent: Option<AgentId>, until: Instant) -> Seen {
    let mut seen = Seen::default();
    while Instant::now() < until {
        let start = Instant::now();
        let request = match agent {
            Some(agent) => target.post("/v1/runs").json(&json!({ "agent_id": agent, "input_message": "hello" })),
            None => target.get("/health/db"),
        };
        let outcome = match request.send().await {
            Ok(answer) => {
                let status = answer.status();
                // An answer counts when all of it is there.
                match answer.bytes().await {
                    Ok(_) => status.to_string(),
                    Err(_) => "cut off".to_owned(),
                }
            }
            Err(error) if error.is_connect() => "nobody answers".to_owned(),
            Err(error) if error.is_timeout() => "timeout".to_owned(),
            Err(_) => "broken connection".to_owned(),
        };
        let failed = !outcome.starts_with('2');
        if !failed {
            seen.latencies.push(start.elapsed());
        }
        *seen.outcomes.entry(outcome).or_default() += 1;
        if failed {
            // A server that refuses everything is not to be hammered.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    seen
}

/// Prints the result; true when every request was answered well.
fn report(seen: &[Seen], took: Duration) -> bool {
    let mut latencies: Vec<Duration> = seen.iter().flat_map(|s| s.latencies.iter().copied()).collect();
    latencies.sort_unstable();
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    for (outcome, count) in seen.iter().flat_map(|s| &s.outcomes) {
        *outcomes.entry(outcome).or_default() += count;
    }
    let good: usize = outcomes.iter().filter(|(outcome, _)| outcome.starts_with('2')).map(|(_, count)| count).sum();
    let milliseconds = |share: f64| {
        let at = ((latencies.len() as f64 * share) as usize).min(latencies.len().saturating_sub(1));
        latencies.get(at).map_or_else(|| "-".to_owned(), |latency| format!("{:.1}", latency.as_secs_f64() * 1000.0))
    };
    let all: usize = outcomes.values().sum();
    output::line(&format!("answered   {good} of {all} ({:.1}/s)", good as f64 / took.as_secs_f64()));
    output::line(&format!(
        "latency ms p50 {}  p90 {}  p99 {}  max {}",
        milliseconds(0.5),
        milliseconds(0.9),
        milliseconds(0.99),
        milliseconds(1.0)
    ));
    output::line(&format!("errors     {}", all - good));
    for (outcome, count) in outcomes {
        output::line(&format!("  {count:>8}  {outcome}"));
    }
    good == all && good > 0
}
