//! Promises about runs.
