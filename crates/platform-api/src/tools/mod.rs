//! Tools: what a model may call.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
mod rules;
pub(crate) mod test;
pub(crate) mod update;

pub(crate) const TAG: &str = "tools";
