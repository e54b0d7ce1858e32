//! Rate limits that all processes share.

use std::sync::Arc;
use std::time::Duration;

use artel_bus::Admission;
use artel_domain::RateLimit;
use redis::{RedisResult, Script};
use tokio::time::timeout;

use crate::channel::Channels;
use crate::link::{Link, down, late};

/// The time limit of an answer. After it the process counts for itself.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(50);

pub(crate) struct SharedLimits {
    script: Script,
    link: Link,
    channels: Arc<Channels>,
}

impl SharedLimits {
    pub(crate) fn new(link: Link, channels: Arc<Channels>) -> Self {
        Self { script: Script::new(include_str!("limit.lua")), link, channels }
    }

    /// Counts one use.
    ///
    /// # Errors
    /// Fails when Redis cannot be reached or is late.
    pub(crate) async fn admit(&self, key: &str, rate: RateLimit) -> RedisResult<Admission> {
        let Some(mut live) = self.link.live() else { return Err(down()) };
        let interval_micros = rate.window().as_secs_f64() * 1e6 / f64::from(rate.count.max(1));
        let mut call = self.script.key(self.channels.limit(rate, key));
        call.arg(interval_micros).arg(rate.count);
        match timeout(ANSWER_TIMEOUT, call.invoke_async(&mut live.connection)).await.unwrap_or_else(|_| Err(late())) {
            Ok(answer) => Ok(admission(rate, answer)),
            Err(error) => {
                self.link.broken(&live);
                Err(error)
            }
        }
    }
}

fn admission(rate: RateLimit, (allowed, remaining, retry_micros, reset_micros): (bool, u32, u64, u64)) -> Admission {
    Admission {
        allowed,
        limit: rate.count,
        remaining,
        retry_after: Duration::from_micros(retry_micros),
        reset_after: Duration::from_micros(reset_micros),
        degraded: false,
    }
}
