//! CodeLab's surfaces: the gateway with its WebSocket (public port) and the agent runtime (internal port). Both are views of one journal
//! and write the same few intents.
//!
//! They must never drive a run, ask a model, or know SQL.

mod app;
mod intents;
mod routes;
mod user;

pub use app::{App, CodelabConfig, Deps, InternalCaller, StreamMode};
pub use routes::{gateway_routes, runtime_router};
