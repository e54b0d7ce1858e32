//! The bus of many processes: the in-process one, joined to the others through Redis.
//!
//! This crate must never know what an event means, and must never make anyone wait for Redis: what cannot be sent is
//! dropped and counted, what cannot be asked is answered by this process alone. Losing Redis costs latency only.

mod bus;
mod channel;
mod limits;
mod link;
mod minutely;
mod outbox;
mod reader;

pub use bus::{BadUrl, Health, RedisBus};
