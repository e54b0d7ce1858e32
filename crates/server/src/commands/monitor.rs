//! `artel monitor`: how a running installation is, a line at a time.

use std::process::ExitCode;
use std::time::Duration;

use artel_domain::{Clock as _, SystemClock};
use reqwest::RequestBuilder;
use serde_json::Value;

use crate::cli::MonitorArgs;
use crate::http_client::Target;
use crate::output;

/// From this share of the database's connections on, a line warns.
const CROWDED_PERCENT: f64 = 80.0;
/// A run that waits longer for a worker is worth a warning; so is the alert of deploy/prometheus.
const LONG_SECONDS: f64 = 60.0;

pub(crate) async fn run(args: MonitorArgs) -> anyhow::Result<ExitCode> {
    let target = Target::new(&args.url, None)?;
    let (mut looked, mut failed) = (0, false);
    loop {
        let (mark, text) = look(&target).await;
        failed |= mark == "FAIL";
        output::line_now(&format!("{}  {mark:<4}  {text}", SystemClock.now().strftime("%Y-%m-%dT%H:%M:%SZ")));
        looked += 1;
        if args.count.is_some_and(|count| looked >= count) {
            return Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS });
        }
        tokio::select! {
            () = tokio::time::sleep(args.every) => {}
            stopped = tokio::signal::ctrl_c() => return stopped.map(|()| ExitCode::SUCCESS).map_err(Into::into),
        }
    }
}

/// How it is now: `ok`, `WARN` or `FAIL`, and the figures.
async fn look(target: &Target) -> (&'static str, String) {
    let health = match answer(target.get("/health/db")).await {
        Ok(text) => serde_json::from_str::<Value>(&text).unwrap_or_default(),
        Err(why) => return ("FAIL", why),
    };
    let database = &health["database"];
    let percent = database["usage_percent"].as_f64().unwrap_or_default();
    let mut text = format!(
        "database {:.1} ms, {} of {} connections busy ({percent:.0} %)",
        database["latency_ms"].as_f64().unwrap_or_default(),
        database["active_connections"],
        database["max_connections"],
    );
    // A proxy in front of the installation keeps the metrics inside.
    let Ok(metrics) = answer(target.get("/metrics")).await else {
        return (if percent > CROWDED_PERCENT { "WARN" } else { "ok" }, text);
    };
    let runs = |phase: &str| value(&metrics, &format!("artel_runs_open{{phase=\"{phase}\"}}"));
    let waited = value(&metrics, "artel_run_oldest_queued_seconds");
    let open = format!(
        ", runs: {} queued (oldest {waited:.0} s), {} running, {} wait for a human (oldest question {:.0} s)",
        runs("queued"),
        runs("running"),
        runs("waiting_for_approval"),
        value(&metrics, "artel_approval_oldest_pending_seconds"),
    );
    text.push_str(&open);
    (if percent > CROWDED_PERCENT || waited > LONG_SECONDS { "WARN" } else { "ok" }, text)
}

async fn answer(request: RequestBuilder) -> Result<String, String> {
    let answer = request.timeout(Duration::from_secs(10)).send().await.map_err(|error| {
        if error.is_connect() { "nobody answers there".to_owned() } else { error.without_url().to_string() }
    })?;
    let status = answer.status();
    let text = answer.text().await.map_err(|error| error.without_url().to_string())?;
    if status.is_success() {
        return Ok(text);
    }
    let said: Value = serde_json::from_str(&text).unwrap_or_default();
    Err(format!("{} {}", status.as_u16(), said["message"].as_str().unwrap_or("was answered")))
}

/// The value of a line of Prometheus text; 0 when there is none.
fn value(metrics: &str, name: &str) -> f64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|value| value.trim().parse().ok()).unwrap_or_default()
}
