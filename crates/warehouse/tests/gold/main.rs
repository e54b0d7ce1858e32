//! What a SELECT over the warehouse may do, what it may cost, and that its answer is right.

#![expect(clippy::unwrap_used, reason = "these are tests")]

mod answers;
mod hostile;
mod memory;
mod support;
