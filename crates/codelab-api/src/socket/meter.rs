//! How much of a message that is not complete one socket holds, and how long it has been coming.

use std::time::Duration;

use artel_http::serve::Received;
use axum::extract::ws::Message;
use tokio::time::Instant;

use crate::unfinished::Hold;

/// So much of a message costs nothing: usual messages never meet the limits.
const FREE: u64 = 16 * 1024;
/// The account is told of every so many bytes.
const STEP: u64 = 64 * 1024;
/// For every so many bytes that came, a message may take a second more.
const BYTES_PER_SECOND: u64 = 32 * 1024;
/// The bytes around a control frame of a client: two of the header and four of the mask.
const AROUND_CONTROL: u64 = 6;
/// How much more is read of a client that is told to go, so that it hears why.
const LAST_BYTES: u64 = 1024 * 1024;

pub(super) struct Meter {
    /// `None` where nobody counts the connection's bytes.
    received: Option<Received>,
    /// Bytes of complete messages.
    complete: u64,
    /// When the unfinished message began.
    began: Option<Instant>,
    hold: Hold,
    /// The limit in place of the account's, once the client is told to go.
    last: Option<u64>,
}

impl Meter {
    /// What came before belongs to no message.
    pub(super) fn new(received: Option<Received>, hold: Hold) -> Self {
        let complete = received.as_ref().map_or(0, Received::bytes);
        Self { received, complete, began: None, hold, last: None }
    }

    /// A complete message was read. A control frame may stand within an unfinished one.
    pub(super) fn completed(&mut self, message: &Message) {
        match message {
            Message::Ping(content) | Message::Pong(content) => self.complete += content.len() as u64 + AROUND_CONTROL,
            Message::Text(_) | Message::Binary(_) | Message::Close(_) => {
                self.complete = self.received();
                self.began = None;
                self.hold.set(0);
            }
        }
    }

    /// All that has come is read, and no message is complete. False when there is no room for it.
    pub(super) fn is_within(&mut self) -> bool {
        let bytes = self.unfinished();
        if bytes == 0 {
            self.began = None;
            return true;
        }
        self.began.get_or_insert_with(Instant::now);
        match self.last {
            Some(last) => bytes <= last,
            None => bytes <= FREE || self.hold.set(bytes.next_multiple_of(STEP)),
        }
    }

    /// The client is told to go.
    pub(super) fn ends(&mut self) {
        self.last = Some(self.unfinished() + LAST_BYTES);
    }

    /// Until when the unfinished message has to be complete.
    pub(super) fn due(&self) -> Option<Instant> {
        let more = Duration::from_secs(self.unfinished() / BYTES_PER_SECOND);
        self.began.map(|began| began + self.hold.account().limits().patience + more)
    }

    fn unfinished(&self) -> u64 {
        self.received().saturating_sub(self.complete)
    }

    fn received(&self) -> u64 {
        self.received.as_ref().map_or(self.complete, Received::bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use artel_domain::{TenantId, UserId};
    use uuid::Uuid;

    use super::*;
    use crate::config::UnfinishedLimits;
    use crate::unfinished::Unfinished;

    fn meter() -> (Meter, Received) {
        let patience = Duration::from_secs(30);
        let limits = UnfinishedLimits { per_user: 4 * STEP, per_tenant: 4 * STEP, in_all: 4 * STEP, patience };
        let hold = Arc::new(Unfinished::new(limits)).hold(TenantId(Uuid::nil()), UserId(Uuid::nil()));
        let received = Received::default();
        (Meter::new(Some(received.clone()), hold), received)
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_may_grow_to_the_limit_and_gets_time_for_what_came() {
        let (mut meter, received) = meter();
        assert_eq!((meter.is_within(), meter.due()), (true, None));
        received.add(4 * STEP);
        let began = Instant::now();
        assert!(meter.is_within());
        assert_eq!(meter.due(), Some(began + Duration::from_secs(38)));
        received.add(1);
        assert!(!meter.is_within());
        meter.ends();
        received.add(LAST_BYTES);
        assert!(meter.is_within(), "it hears why");
        received.add(1);
        assert!(!meter.is_within());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_complete_counts_no_more_and_control_frames_never() {
        let (mut meter, received) = meter();
        received.add(3 * STEP);
        assert!(meter.is_within());
        received.add(10 + AROUND_CONTROL);
        meter.completed(&Message::Pong(vec![0; 10].into()));
        assert!(meter.is_within());
        assert_eq!(meter.unfinished(), 3 * STEP);
        meter.completed(&Message::Text("x".into()));
        assert_eq!((meter.unfinished(), meter.due()), (0, None));
        received.add(4 * STEP);
        assert!(meter.is_within());
    }
}
