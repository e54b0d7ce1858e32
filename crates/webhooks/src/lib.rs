//! Tells tenants' own servers what happened: signed by [Standard Webhooks](https://www.standardwebhooks.com), at least
//! once, with attempts that are further and further apart.
//!
//! What is to be told is noted by the store in the transaction of the thing itself. [`Courier`] makes messages of it
//! and delivers them; it is a job of one process at a time. URLs are called through [`artel_egress`] alone.
//!
//! This crate must never know what a run does, how a tool is called, or who asks over HTTP.

mod attempt;
mod courier;
mod payload;
mod reply;
mod schedule;
mod secret;
mod signature;

pub use courier::{Courier, CourierDeps};
pub use payload::test_payload;
pub use schedule::MOST_ATTEMPTS;
pub use secret::{bound_to, new_secret, opened_secret, sealed_secret};
