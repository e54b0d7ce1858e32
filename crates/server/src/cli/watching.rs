use std::time::Duration;

use clap::Args;

#[derive(Args)]
pub(crate) struct MonitorArgs {
    /// For example http://127.0.0.1:8000
    pub(crate) url: String,
    /// How long between two lines: 30s, 5m
    #[arg(long, default_value = "30s", value_parser = period)]
    pub(crate) every: Duration,
    /// Stop after so many lines, with exit code 1 when one of them was FAIL
    #[arg(long)]
    pub(crate) count: Option<u32>,
}

/// Seconds, or a number with `s` or `m` behind it.
fn period(text: &str) -> Result<Duration, String> {
    let (number, seconds) = match text.strip_suffix('m') {
        Some(number) => (number, 60),
        None => (text.strip_suffix('s').unwrap_or(text), 1),
    };
    let number: u64 =
        number.parse().map_err(|_| "write a number of seconds or minutes, such as 30s or 5m".to_owned())?;
    if (1..=86_400).contains(&number) {
        return Ok(Duration::from_secs(number * seconds));
    }
    Err("from 1s on, a day at most".to_owned())
}

#[derive(Args)]
pub(crate) struct DashboardArgs {
    /// The address of the public API
    #[arg(env = "API_URL", default_value = "http://127.0.0.1:8000")]
    pub(crate) url: String,
    /// How long between two pictures: 10s, 1m
    #[arg(long, env = "REFRESH_INTERVAL", default_value = "5s", value_parser = period)]
    pub(crate) every: Duration,
    /// Stop after so many pictures, with exit code 1 when nobody answered at the last one
    #[arg(long)]
    pub(crate) count: Option<u32>,
    /// A token or an API key: the questions that its owner may decide are shown, not only how many runs wait
    #[arg(long, env = "ARTEL_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
}
