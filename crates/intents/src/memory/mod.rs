//! What agents and people keep in a user's memory.

mod change;
mod head;

pub use change::{ChangeMemory, ChangedMemory, MemoryDeed};
