//! An organisation's agents, under the organisation's id.

pub(crate) mod agents;
mod member;

pub(crate) use member::Member;

pub(crate) const TAG: &str = "organizations";
