//! Executes tools: the webhook executor with its guards, the internal functions, and the checks for what tenants write
//! about tools (schemas, endpoints, domains, headers, transforms).
//!
//! Everything that leaves the process for a URL that a tenant gave goes through [`artel_egress`]; nothing that a secret touched
//! comes back unscrubbed. When a call may be repeated is a table in `retry.rs`.
//!
//! This crate must never know runs, journals, stores or surfaces: it is given one call and says what came of it.

mod answer;
mod auth;
mod executor;
mod internal;
mod limits;
mod mapping;
mod outcome;
mod record;
mod redact;
mod retry;
mod schema;
mod secrets;
mod transform;
mod trial;
mod verify;
mod webhook;

pub use auth::ServiceSigner;
pub use executor::{Call, Done, Tools, ToolsConfig, ToolsDeps, idempotency_key};
pub use internal::{Function, function, function_name, functions};
pub use limits::CallLimits;
pub use mapping::check_headers;
pub use record::RequestRecord;
pub use schema::{SchemaProblem, check_schema, is_identifier, validate};
pub use secrets::{EnvSecrets, ExposeSecret, SecretString, Secrets};
pub use transform::check_transform;
pub use trial::{TestReport, Trial};
pub use verify::Verified;
