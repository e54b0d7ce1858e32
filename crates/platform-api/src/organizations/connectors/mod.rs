//! The external services that agents of an organisation may be given.

pub(crate) mod get;
pub(crate) mod list;
mod view;
