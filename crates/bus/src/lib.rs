//! The messages between parts of the product that do not call each other: live journal entries, wake-ups of workers,
//! hints to cancel, shared rate limits, and values that are kept for a while.
//!
//! The bus must never know a database, HTTP or what an event means. No delivery is guaranteed. The store has the truth,
//! and a reader that misses a message loses time, never correctness.

mod bus;
mod follow;
mod limits;
mod local;
mod shares;
mod shelf;

pub use bus::{Admission, Bus};
pub use follow::{AccessChanges, Cancellations, Followed, Follower, TopicObserver};
pub use limits::LocalLimits;
pub use local::LocalBus;
pub use shares::{Payer, Shares, admit_shared};
pub use shelf::Shelf;
