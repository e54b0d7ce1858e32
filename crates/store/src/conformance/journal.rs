//! Promises about journal.
