//! Who did what, when, from where.

pub(crate) mod list;

pub(crate) const TAG: &str = "audit";
