//! The turn machine: what a run does next, decided from what has happened. Pure: no clock, no network, no store, no
//! await.
//!
//! [`Turn::on`] takes an [`artel_domain::Event`] and answers with [`Effect`]s: entries to be journalled in the same
//! transaction, and actions to be performed after it. The journal is the list of events; recovery feeds it back and
//! performs what is [`Turn::outstanding`]. [`transcript`] is the one reading of a journal as a conversation;
//! [`context`] says what a model gets to read, [`names`] what its tools are called.

mod circles;
pub mod context;
pub mod dialogue;
pub mod names;
mod recovery;
pub mod transcript;
pub mod turn;

pub use circles::repeated_steps;
pub use context::{ContextLimits, Fit, estimate_tokens, fit};
pub use dialogue::{Block, Dialogue};
pub use transcript::Transcript;
pub use turn::control::plan_of;
pub use turn::{Action, Call, Effect, Limits, Present, Turn};
