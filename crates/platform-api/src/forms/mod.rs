//! Forms that runs ask people to fill in.

pub(crate) mod answer;
pub(crate) mod get;
pub(crate) mod list;
mod view;

pub(crate) const TAG: &str = "forms";
