//! The five agents that are built in, as data: who they are, what they are told, which tools they get, what they may
//! not do, and how an input finds the right one.
//!
//! Pure: this crate must never know a store, a network or how a run is driven.

mod guard;
mod profile;
pub mod routing;
mod tools;

pub use guard::check;
pub use profile::{Profile, parse, profile, profiles};
pub use tools::{COMMON, SpecialistTool, client_tool, client_tools, control_tool};
