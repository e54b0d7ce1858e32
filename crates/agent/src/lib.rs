//! The turn machine: it decides what a run does next from what has happened. It is pure: no clock, no network, no
//! store, no await.
//!
//! [`Turn::on`] takes an [`artel_domain::Event`] and returns [`Effect`]s: entries for the journal, in the same
//! transaction, and actions to perform after it. The journal is the list of events. Recovery replays it and performs
//! what [`Turn::outstanding`] returns. [`transcript`] is the only code that reads a journal as a conversation;
//! [`context`] chooses what a model reads, and [`names`] chooses the names of its tools.

pub mod context;
pub mod dialogue;
pub mod names;
mod recovery;
mod repetition;
pub mod transcript;
pub mod turn;

pub use context::{ContextLimits, Fit, estimate_tokens, fit};
pub use dialogue::{Block, Dialogue};
pub use repetition::repeated_steps;
pub use transcript::Transcript;
pub use turn::control::plan_of;
pub use turn::{Action, Call, Effect, Limits, Present, Turn};
