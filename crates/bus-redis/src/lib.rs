//! The bus of many processes: the in-process bus, connected to the others through Redis.
//!
//! This crate must never know what an event means, and must never make a caller wait for Redis. A message that cannot
//! be sent is dropped and counted. A rate limit that cannot be asked for is counted by this process alone. The loss of
//! Redis costs latency only.

mod bus;
mod channel;
mod limits;
mod link;
mod log_throttle;
mod outbox;
mod reader;
mod shelf;

pub use bus::{BadUrl, Health, RedisBus};
