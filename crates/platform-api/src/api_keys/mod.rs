//! API keys. The key itself is shown once; only its keyed hash is stored.

pub(crate) mod create;
mod grant;
pub(crate) mod list;
pub(crate) mod revoke;

pub(crate) const TAG: &str = "api keys";
