//! The five specialists, and whose turn it is in a session.

pub(crate) mod current;
pub(crate) mod list;
pub(crate) mod switch;

pub(crate) const TAG: &str = "agents";
