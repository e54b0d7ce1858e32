//! An organisation's agents and what they may reach: connectors, credentials and grants, under the organisation's id.

pub(crate) mod agents;
pub(crate) mod connectors;
pub(crate) mod credentials;
pub(crate) mod grants;
mod member;

pub(crate) use member::Member;

pub(crate) const TAG: &str = "organizations";
