//! Calls language models: one common form of requests and answers, one pure dialect per wire protocol, one driver that
//! does the I/O.
//!
//! This crate must never know runs, sessions, tenants, a store or an HTTP surface. It takes a [`Request`] and returns a
//! [`Completion`]. The engine decides what the calls in it mean and whether they may be executed.
//!
//! # Names
//! `provider:model`. `openai:<model>` is the endpoint of [`Config::openai`], `anthropic:<model>` that of
//! [`Config::anthropic`], `ollama:<model>` that of [`Config::ollama`]; `custom:<name>` and `custom:<name>:<model>` are
//! the operator's endpoints of [`Config::custom`]; `demo:<variant>` is built in. A name without prefix belongs to the
//! provider that the [`Catalog`] gives it, else to [`Config::default_provider`].
//!
//! # A new provider
//! A vendor that speaks a known protocol is an entry of [`Config::custom`]: data, not code. A new protocol is one
//! implementation of `dialect::Dialect`.
//!
//! # The demo provider
//! Needs no network and no key, and has no state. It decides from the messages alone: the same history always gets the
//! same answer, and a run that is recovered after a crash continues where it was.
//!
//! | model | behaviour |
//! |---|---|
//! | `demo:echo` (also `demo` and `demo:`) | the rules below, streamed in a few deltas without delay |
//! | `demo:slow` | the same rules, one word each 50 ms |
//! | `demo:silent` | always the same short answer, in one delta: for benchmarks |
//! | `demo:long` | 400 words with small gaps: for readers that disconnect and resume |
//! | `demo:loop` | calls the first tool again and again: for limits on steps |
//! | `demo:fail` | fails with a model error |
//!
//! Rules, applied to the last user message:
//! 1. *Which tool.* The one whose name, then description, shares most words with the message. When none does but the
//!    message speaks of a tool ("using the tool", "call", "инструмент"), a tool called echo, else the first one.
//! 2. *How often.* "twice", "three times", "5 times", "5 раз": that many calls, one per step; otherwise once. Tool
//!    results since the message are counted to know which step this is.
//! 3. *Arguments* come from the tool's JSON Schema: required properties (all, when none is required). A string is the
//!    quoted text, or the word after "word", or the words after "text" or "echo", or the whole message; numbers of the
//!    message fill numeric properties in order; an `expression` takes the arithmetic of the message. Among several
//!    calls the k-th one gets "k" or k.
//! 4. *After the last result*: "The tool `<name>` returned: `<content>`", or "failed".
//! 5. *No tool fits, or none was offered*: "You said: `<message>`".

mod account;
mod anthropic;
mod arguments;
mod breaker;
mod call;
mod catalog;
mod chat;
mod client;
mod config;
mod cost;
mod count;
mod demo;
mod dialect;
mod driver;
mod embedding;
mod error;
mod error_body;
mod estimate;
mod exchange;
mod finish;
mod journal_message;
mod keys;
mod lenient;
mod limits;
mod models;
mod name;
mod ndjson;
mod ollama;
mod one_or_many;
mod opaque;
mod openai;
mod pairing;
mod params;
mod retry;
mod route;
mod schema;
mod sse;
mod surrogates;
mod trace;
mod upstream;

pub use account::{Accountant, CallOutcome, CallRecord, Operation, UsedBy};
pub use breaker::BreakerState;
pub use catalog::{BadModelTable, Catalog, ModelInfo, Prices};
pub use chat::{ImageSource, Message, Part, PartBody, Reasoning, ResponseFormat, Rest, Thinking, ToolChoice};
pub use config::{
    BreakerLimits, Config, ConfigError, CustomProvider, Endpoint, Protocol, ProviderLimits, ProxyEndpoint, RouteConfig,
    Timeouts,
};
pub use embedding::{EmbeddingInput, EmbeddingParams, EmbeddingRequest, Embeddings, VectorFormat};
pub use error::ModelError;
pub use exchange::{Completion, Delta, Opening, Params, Request, Served};
pub use keys::KeyRing;
pub use limits::{RateLimit, RateLimits};
pub use models::{ListedModel, Models, Provider};
pub use name::{ModelName, UnknownModel};
pub use params::BadParam;
pub use trace::Trace;
pub use upstream::{LastError, ProviderHealth, TroubledModel};
