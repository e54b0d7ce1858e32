//! Is the process there, and does it reach its database.

pub(crate) mod database;
pub(crate) mod metrics;
pub(crate) mod process;

pub(crate) const TAG: &str = "health";
