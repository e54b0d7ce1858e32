//! The one place where the wall clock and randomness enter, so that tests can hold both still.

use uuid::Uuid;

/// An instant, UTC, microsecond precision; serialised as RFC 3339 with `Z`.
pub use jiff::Timestamp;

pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
    /// A fresh UUIDv7 of this clock's time.
    fn uuid(&self) -> Uuid;
    /// A fresh UUIDv4, for what nobody is to guess from its neighbours.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn unguessable_uuid(&self) -> Uuid {
        Uuid::new_v4()
    }
}

/// The real clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Timestamp {
        micros(jiff::Timestamp::now().as_microsecond())
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn uuid(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Microseconds since 1970 as a time; out-of-range values saturate.
pub fn micros(value: i64) -> Timestamp {
    Timestamp::from_microsecond(value).unwrap_or(if value < 0 { Timestamp::MIN } else { Timestamp::MAX })
}
