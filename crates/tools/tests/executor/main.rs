//! The executor as the engine sees it, against real listeners.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

mod auth;
mod calls;
mod kept;
mod redaction;
mod registry;
mod retries;
mod ssrf;
mod support;
mod trials;
