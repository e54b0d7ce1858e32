//! What happens to a socket when nothing happens.

use std::time::Duration;

use tokio::time::Instant;

use crate::App;

/// A client that takes nothing for so long is cut.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

/// What the time has come for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    Ping,
    /// No sign of life came.
    Silence,
    /// A message is not complete.
    Unfinished,
    TooSlow,
}

pub(super) struct Timers {
    interval: Duration,
    timeout: Duration,
    heard_at: Instant,
    /// Of a ping that nothing came after.
    pinged_at: Option<Instant>,
}

impl Timers {
    pub(super) fn new(app: &App) -> Self {
        Self {
            interval: app.config.ping_interval,
            timeout: app.config.pong_timeout,
            heard_at: Instant::now(),
            pinged_at: None,
        }
    }

    pub(super) fn heard(&mut self) {
        self.heard_at = Instant::now();
        self.pinged_at = None;
    }

    pub(super) fn pinged(&mut self) {
        self.pinged_at = Some(Instant::now());
    }

    /// Waits for what is due next.
    ///
    /// # Arguments
    /// * `stuck_since`: when the client last took something, while there is more to take.
    /// * `message_due`: until when the message that is coming in has to be complete.
    pub(super) async fn due(&self, stuck_since: Option<Instant>, message_due: Option<Instant>) -> Due {
        let alive = match self.pinged_at {
            Some(pinged_at) => (pinged_at + self.timeout, Due::Silence),
            None => (self.heard_at + self.interval, Due::Ping),
        };
        let slow = stuck_since.map(|since| (since + PATIENCE, Due::TooSlow));
        let late = message_due.map(|at| (at, Due::Unfinished));
        let (at, due) = [Some(alive), slow, late].into_iter().flatten().min_by_key(|(at, _)| *at).unwrap_or(alive);
        tokio::time::sleep_until(at).await;
        due
    }
}
