//! Promises about tools.
