//! `artel monitor`: how a running installation is, a line at a time.

use std::process::ExitCode;

use artel_domain::{Clock as _, SystemClock};

use super::sight::Sight;
use crate::cli::MonitorArgs;
use crate::http_client::Target;
use crate::output;

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
    let sight = match Sight::take(target).await {
        Ok(sight) => sight,
        Err(why) => return ("FAIL", why),
    };
    let Sight { latency_ms, busy, most, percent, .. } = sight;
    let mut text = format!("database {latency_ms:.1} ms, {busy} of {most} connections busy ({percent:.0} %)");
    if let Some(work) = &sight.work {
        let open = format!(
            ", runs: {} queued (oldest {:.0} s), {} running, {} wait for a human (oldest question {:.0} s)",
            work.queued, work.oldest_queued_seconds, work.running, work.waiting, work.oldest_question_seconds
        );
        text.push_str(&open);
    }
    (if sight.warns() { "WARN" } else { "ok" }, text)
}
