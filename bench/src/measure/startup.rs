//! How long a start takes and how much memory it leaves in use.

use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;

use super::Bench;
use crate::figures::{MEMORY_REST, START_AGAIN, START_FRESH};

/// The time in which background work of the start ends.
pub(super) const SETTLING: Duration = Duration::from_secs(3);

pub(super) async fn startup(bench: &mut Bench<'_>) -> Result<()> {
    let first = bench.artel.start().await?;
    bench.report.sample(&START_FRESH, first.started_in.as_secs_f64() * 1e3);
    let second = bench.artel.start_again(first.stop().await?).await?;
    bench.report.sample(&START_AGAIN, second.started_in.as_secs_f64() * 1e3);
    second.stop().await?;
    Ok(())
}

pub(super) async fn memory(bench: &mut Bench<'_>) -> Result<()> {
    let artel = bench.artel.start().await?;
    sleep(SETTLING).await;
    bench.report.sample(&MEMORY_REST, artel.watched().resident_bytes()? / 1e6);
    artel.stop().await?;
    Ok(())
}
