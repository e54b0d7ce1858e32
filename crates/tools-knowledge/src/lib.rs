//! The tools by which agents keep and find what users want to be remembered, `read_memory` and `manage_memory`, and find
//! what stands in documents: `documents`.
//!
//! They are a surface whose callers are models: everything is asked of `intents` and the store, in the name of whoever
//! started the run. This crate must never know HTTP or SQL.

mod documents;
mod knowledge;
mod manage_memory;
mod read_memory;
mod refusals;

use std::sync::Arc;

use artel_tools::{Builtin as _, Tool, Typed};

pub use knowledge::Knowledge;

/// The names of [`tools`], for those who list them without a database.
pub const NAMES: [&str; 3] =
    [read_memory::ReadMemoryTool::NAME, manage_memory::ManageMemoryTool::NAME, documents::DocumentsTool::NAME];

/// The tools of this crate.
pub fn tools(knowledge: &Arc<Knowledge>) -> Vec<Arc<dyn Tool>> {
    vec![
        Arc::new(Typed::new(read_memory::ReadMemoryTool(Arc::clone(knowledge)))),
        Arc::new(Typed::new(manage_memory::ManageMemoryTool(Arc::clone(knowledge)))),
        Arc::new(Typed::new(documents::DocumentsTool(Arc::clone(knowledge)))),
    ]
}
