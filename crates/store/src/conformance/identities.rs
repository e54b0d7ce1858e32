//! Promises about identities.
