//! Calls an operation of a connector: signs in, keeps to the service's limits, sends through the egress guard, reads
//! what the reply means, goes on to the next page, and hides the secret in whatever comes back.
//!
//! What a connector is and what its requests look like is `artel-connectors`, which is pure. This crate does what
//! needs sockets and time. It must never know stores, grants, agents or HTTP routes: it is given an [`Account`] whose
//! use was allowed already. Where those come in:
//!
//! * **Credentials.** Whoever keeps them opens the sealed secret and makes an [`Account`] of it.
//! * **Tokens** that are obtained on the way live behind [`Tokens`]. The server keeps them sealed in its store, with a
//!   lock that all processes share (`artel_tools_services::StoredTokens`), so that of many refreshes one is made, and a
//!   rotated refresh token is stored before it is used. [`LocalTokens`] keeps them in this process, for a command that
//!   tries a credential.
//! * **Grants** are checked by the caller at the moment of the call: agent, connector, grant, and whether its scopes
//!   cover the operation ([`artel_connectors::request::writes`] says whether a call writes).
//! * **The tool** `connector_execute` turns a model's arguments into a [`Request`] and an [`ExecuteError`] into words.
//!   Its effect is `read_only` for what reads and `at_most_once` for what writes.

mod account;
mod attempt;
mod download;
mod error;
mod executor;
mod maker;
mod outcome;
mod pace;
mod probe;
mod token_reply;
mod token_request;
mod tokens;

pub use account::Account;
pub use error::ExecuteError;
pub use executor::{Executor, ExecutorDeps, PageBounds, Request};
pub use outcome::Outcome;
pub use probe::ProbeReport;
pub use tokens::{LocalTokens, NoTokens, Token, TokenLock, TokenPlace, Tokens};
