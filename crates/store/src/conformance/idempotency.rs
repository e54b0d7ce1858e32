//! Promises about idempotency.
