//! Tool calls that wait for a human, and what was decided about them.

pub(crate) mod decide;
pub(crate) mod get;
pub(crate) mod list;
mod view;

pub(crate) const TAG: &str = "approvals";
