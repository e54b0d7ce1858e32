//! How a running installation is, as `/health/db` and `/metrics` say it.

use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::Value;

use crate::http_client::Target;

/// From this share of the database's connections on, something is wrong soon.
pub(super) const CROWDED_PERCENT: f64 = 80.0;
/// A run that waits longer for a worker is worth a warning; so is the alert of deploy/prometheus.
pub(super) const LONG_SECONDS: f64 = 60.0;
const PATIENCE: Duration = Duration::from_secs(10);

/// What was seen at one time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sight {
    pub(super) latency_ms: f64,
    /// Connections of the database.
    pub(super) busy: u64,
    pub(super) most: u64,
    pub(super) percent: f64,
    /// `None` where a proxy in front of the installation keeps the metrics inside.
    pub(super) work: Option<Work>,
}

/// The work of the installation, and what is open in the process that was asked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Work {
    pub(super) queued: f64,
    pub(super) running: f64,
    pub(super) waiting: f64,
    pub(super) oldest_queued_seconds: f64,
    pub(super) oldest_question_seconds: f64,
    /// Runs that ended in this process since its start: well, and in any other way.
    pub(super) succeeded: f64,
    pub(super) failed: f64,
    pub(super) streams: f64,
    pub(super) sockets: f64,
    /// `None` without Redis.
    pub(super) redis_is_up: Option<bool>,
}

impl Sight {
    /// Looks once.
    ///
    /// # Errors
    /// Why nobody answered, for people.
    pub(super) async fn take(target: &Target) -> Result<Self, String> {
        let health = answer(target.get("/health/db")).await?;
        let health = serde_json::from_str::<Value>(&health).unwrap_or_default();
        let database = &health["database"];
        let work = answer(target.get("/metrics")).await.ok().map(|metrics| Work::read(&metrics));
        Ok(Self {
            latency_ms: database["latency_ms"].as_f64().unwrap_or_default(),
            busy: database["active_connections"].as_u64().unwrap_or_default(),
            most: database["max_connections"].as_u64().unwrap_or_default(),
            percent: database["usage_percent"].as_f64().unwrap_or_default(),
            work,
        })
    }

    /// Whether something should be looked at.
    pub(super) fn warns(&self) -> bool {
        self.percent > CROWDED_PERCENT
            || self.work.as_ref().is_some_and(|work| work.oldest_queued_seconds > LONG_SECONDS)
    }
}

impl Work {
    fn read(metrics: &str) -> Self {
        let runs = |phase: &str| value(metrics, &format!("artel_runs_open{{phase=\"{phase}\"}}")).unwrap_or_default();
        let number = |name: &str| value(metrics, name).unwrap_or_default();
        let succeeded = number("artel_runs_ended_total{outcome=\"succeeded\"}");
        Self {
            queued: runs("queued"),
            running: runs("running"),
            waiting: runs("waiting_for_approval"),
            oldest_queued_seconds: number("artel_run_oldest_queued_seconds"),
            oldest_question_seconds: number("artel_approval_oldest_pending_seconds"),
            succeeded,
            failed: sum(metrics, "artel_runs_ended_total{") - succeeded,
            streams: number("artel_streams_open"),
            sockets: number("artel_sockets_open"),
            redis_is_up: value(metrics, "artel_redis_up").map(|up| up > 0.0),
        }
    }
}

/// The text of a good answer.
///
/// # Errors
/// What was wrong, for people.
pub(super) async fn answer(request: RequestBuilder) -> Result<String, String> {
    let answer = request.timeout(PATIENCE).send().await.map_err(|error| {
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

/// The value of a line of Prometheus text.
fn value(metrics: &str, name: &str) -> Option<f64> {
    let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|value| value.trim().parse().ok())
}

/// The values of all lines that begin like this.
fn sum(metrics: &str, beginning: &str) -> f64 {
    let values = metrics.lines().filter(|line| line.starts_with(beginning));
    values.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_work_is_read_from_prometheus_text() {
        let metrics = "# TYPE artel_runs_open gauge\nartel_runs_open{phase=\"queued\"} 3\n\
             artel_runs_open{phase=\"waiting_for_approval\"} 2\nartel_run_oldest_queued_seconds 61.5\n\
             artel_runs_ended_total{outcome=\"succeeded\"} 7\nartel_runs_ended_total{outcome=\"cancelled\"} 1\n\
             artel_runs_ended_total{outcome=\"model_failed\"} 2\nartel_redis_up 0\n";
        let work = Work::read(metrics);
        assert_eq!((work.queued, work.running, work.waiting, work.oldest_queued_seconds), (3.0, 0.0, 2.0, 61.5));
        assert_eq!((work.succeeded, work.failed, work.redis_is_up), (7.0, 3.0, Some(false)));
        assert_eq!(Work::read("").redis_is_up, None);
    }
}
