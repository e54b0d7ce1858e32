//! The egress guard: every URL that a tenant gave is called through it and in no other way.
//!
//! A URL is parsed once. The WHATWG rules turn decimal, octal, hexadecimal, short and full-width addresses into one
//! form. The parsed URL is checked, and the request is sent to the same parsed URL. Literal addresses are checked in
//! [`Egress`], because a resolver never sees them. Names are checked in the resolver of the connection itself
//! (`resolver.rs`), so that a second lookup cannot give a different answer than the checked one.
//!
//! This crate must never know tenants, tools, runs or stores: it is given a request and a list of host names.

mod address;
mod answer;
mod clients;
mod coding;
mod endpoint;
mod error;
mod guard;
mod headers;
mod host;
mod outgoing;
mod redirect;
mod resolver;
mod segment;

pub use address::is_global;
pub use answer::Answer;
pub use coding::content_coding;
pub use endpoint::check_endpoint;
pub use error::{EgressError, MAX_REDIRECTS, Refusal, SendError};
pub use guard::Egress;
pub use headers::{is_closed_to_callers, is_of_connection};
pub use host::{HostRule, check_domain};
pub use outgoing::Outgoing;
pub use resolver::{Resolver, SystemResolver};
pub use segment::is_dot_segment;
