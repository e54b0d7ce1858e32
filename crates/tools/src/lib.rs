//! Tools: one trait for all of them, the registry that finds and calls them, and the checks for what tenants write
//! about tools (schemas, endpoints, headers, transforms).
//!
//! A tool is built in (`builtin`) or a tenant's HTTP endpoint (`webhook`). Whatever it is, [`Registry::call`] checks
//! the schema, the permission and the rate limit, bounds the call by its deadline, and reports what came of it. Every
//! URL that a tenant gave goes through [`artel_egress`]; no answer is shown before the secrets of its request are
//! masked in it.
//!
//! This crate must never know journals, stores or surfaces: it is given one call and says what came of it.

mod artifacts;
mod auth;
mod bound;
mod builtin;
mod catalogue;
mod charset;
mod config;
mod context;
mod descriptor;
mod exchange;
mod forms;
mod headers;
pub mod hold;
mod kept;
mod large;
mod limits;
mod output;
mod programs;
mod record;
mod redact;
mod registry;
mod report;
mod schema;
mod secrets;
mod subagents;
mod test_call;
mod test_report;
mod token_reply;
mod tool;
mod transform;
mod webhook;

pub use artifacts::ToolArtifact;
pub use auth::ServiceSigner;
pub use bound::BoundTool;
pub use builtin::{Builtin, KnownServices, Typed, builtins, function_name, keeping_builtins};
pub use catalogue::{builtin_schema, check_catalogue, standing};
pub use charset::{decode, is_no_text};
pub use config::ToolsConfig;
pub use context::{Agreement, Approved, ArtifactKeeper, Budget, CallContext, CallRequest, RunScope};
pub use descriptor::{DEFAULT_TIMEOUT, Descriptor};
pub use exchange::{CallRecord, Exchange};
pub use forms::{FormProblem, check_values, values_schema};
pub use headers::check_headers;
pub use hold::Hold;
pub use kept::KeptResults;
pub use limits::CallLimits;
pub use output::{ToolError, ToolOutput};
pub use programs::{BrokeOff, Exhausted, Fuel, Place, Programs, Shares, bytes_of};
pub use record::RequestRecord;
pub use redact::Redactor;
pub use registry::{Registry, ToolsDeps};
pub use report::{CallEnd, CallReport};
pub use schema::{SchemaProblem, check_schema, is_identifier, validate};
pub use secrets::{EnvSecrets, ExposeSecret, SecretError, SecretString, Secrets};
pub use subagents::{SubagentTask, Subagents};
pub use test_call::TestCall;
pub use test_report::TestReport;
pub use token_reply::{TokenReply, lifetime_seconds};
pub use tool::{MadeAs, Tool, Unavailable, Verified};
pub use transform::check_transform;
