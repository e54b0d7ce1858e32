//! What a SELECT over the warehouse may do, what it may cost, and that its answer is right.

mod answers;
mod hostile;
mod memory;
mod support;
