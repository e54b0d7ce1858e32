//! The executor as the engine sees it, against real listeners.

mod auth;
mod calls;
mod redaction;
mod retries;
mod ssrf;
mod support;
mod trials;
