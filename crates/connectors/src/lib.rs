//! Connectors: external services as data. A YAML file says where a service is, how one signs in, what it can be asked
//! to do, how fast, and what its replies mean; this crate reads such files, makes requests of them, and reads replies.
//!
//! Everything here is a pure function: [`request::build`] makes a request of an operation, checked parameters and a
//! credential; [`reply::read`] says what a reply means; [`paging::next`] what to ask next; [`webhook::receive`] what a
//! delivery is. `artel-connector-engine` sends, waits, signs in and goes on.
//!
//! This crate must never know sockets, clocks, stores, tenants or grants: times and secrets come in as arguments.

pub mod account;
pub mod catalogue;
mod check;
mod destinations;

pub mod openapi;
pub mod paging;
mod parse;
pub mod reply;
pub mod request;
pub mod schema;
mod shape;
pub mod webhook;

pub use account::{Credential, MemberFault, Secrets, account_schema, check_account};
pub use catalogue::{Catalogue, Listed, Origin, Warning};
pub use destinations::sends_secrets_alike;
pub use parse::{Fault, from_json, parse, to_json, to_yaml};
pub use schema::Connector;
pub use shape::parameters_schema;
