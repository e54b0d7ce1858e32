//! The tools by which agents keep and find what users want to be remembered (`read_memory`, `manage_memory`), find what
//! stands in documents (`documents`), and know the ways of working that they follow (`skill_search`, `read_skill`,
//! `manage_skill`).
//!
//! They are a surface whose callers are models: everything is asked of `intents` and the store, in the name of whoever
//! started the run. This crate must never know HTTP or SQL.

mod documents;
mod knowledge;
mod manage_memory;
mod manage_skill;
mod read_memory;
mod read_skill;
mod refusals;
mod skill_refusals;
mod skill_search;
mod skills;

use std::sync::Arc;

use artel_tools::{Builtin as _, Tool, Typed};

pub use knowledge::Knowledge;
pub use skills::SkillTools;

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

/// The names of [`skill_tools`], for those who list them without a database.
pub const SKILL_NAMES: [&str; 3] =
    [skill_search::SkillSearchTool::NAME, read_skill::ReadSkillTool::NAME, manage_skill::ManageSkillTool::NAME];

/// The tools of skills.
pub fn skill_tools(skills: &Arc<SkillTools>) -> Vec<Arc<dyn Tool>> {
    vec![
        Arc::new(Typed::new(skill_search::SkillSearchTool(Arc::clone(skills)))),
        Arc::new(Typed::new(read_skill::ReadSkillTool(Arc::clone(skills)))),
        Arc::new(Typed::new(manage_skill::ManageSkillTool(Arc::clone(skills)))),
    ]
}
