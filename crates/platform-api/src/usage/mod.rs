//! What models were used for, and what that cost.

pub(crate) mod list;

pub(crate) const TAG: &str = "usage";
