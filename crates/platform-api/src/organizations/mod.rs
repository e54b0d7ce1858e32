//! An organisation's agents and what they may reach: connectors, credentials, grants and hooks, under the
//! organisation's id.

pub(crate) mod agents;
pub(crate) mod connectors;
pub(crate) mod credentials;
pub(crate) mod events;
pub(crate) mod grants;
pub(crate) mod hooks;
mod member;

pub(crate) use member::Member;

pub(crate) const TAG: &str = "organizations";
