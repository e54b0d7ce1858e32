//! Promises about audit.
