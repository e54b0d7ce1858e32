//! The five built-in agents as data: names, prompts, tools, restrictions, and the routing of an input to one of them.
//!
//! It is pure. This crate must never know a store, a network or how a run is driven.

mod guard;
mod profile;
pub mod routing;
mod tools;

pub use guard::check;
pub use profile::{Profile, parse, profile, profiles};
pub use tools::{COMMON, SpecialistTool, client_tool, client_tools, control_tool};
