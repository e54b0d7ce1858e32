//! The LLM proxy: every model of this installation behind OpenAI's API.
//!
//! This crate is a surface. It reads requests of OpenAI's protocol into the common form of `artel-llm`, calls the model
//! there, and writes the answer in OpenAI's protocol. It must never know a provider or its wire protocol, retry a call,
//! or touch runs and their journal.

mod app;
mod call;
mod caller;
mod chat;
mod document;
mod embeddings;
mod fault;
mod health;
mod inbound;
mod models;
mod outbound;
mod payload;
mod reasoning_cache;
mod routes;
mod shapes;
mod signal;

pub use app::{App, Deps, ProxyConfig};
pub use document::openapi;
pub use payload::MAX_BODY_BYTES;
pub use routes::{public_routes, router};
