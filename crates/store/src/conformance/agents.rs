//! Promises about agents.
