//! CodeLab's surfaces: the gateway with its WebSocket (public port) and the agent runtime (internal port). Both are
//! views of one journal and write the same few intents.
//!
//! They must never drive a run, ask a model, or know SQL.

mod admission;
mod agents;
mod app;
mod approvals;
mod caller;
mod codes;
mod config;
mod document;
mod events;
mod extract;
mod fault;
mod frames;
mod health;
mod history;
mod incoming;
mod journal;
mod options;
mod presence;
mod refusals;
mod routes;
mod sessions;
mod shapes;
mod socket;
mod sockets;
mod stream;
mod unfinished;
mod user;
mod web;

pub use app::{App, Deps};
pub use config::{CodelabConfig, InternalCaller, StreamMode, UnfinishedLimits};
pub use document::{gateway_openapi, runtime_openapi};
pub use routes::{gateway_probes, gateway_routes, runtime_router};
