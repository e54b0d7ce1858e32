//! Ways of working that agents follow, as folders in the shape of agentskills.io: the text of `SKILL.md`, zips of such
//! folders, and the skills that are part of the product (`system/`).
//!
//! What somebody sends is hostile: a zip's claims are not believed, and everything is bounded before it is kept. This
//! crate must never know a store, a surface or an async runtime; who unpacks a zip does it off the async threads.

mod archive;
mod files;
mod system;
mod text;

use artel_domain::SkillFile;

pub use archive::{LARGEST_ZIP, pack, unpack};
pub use files::check_files;
pub use system::{SystemSkill, system_skills};
pub use text::{SkillText, check_description, check_prompt};

/// A skill's folder: `SKILL.md` as its text, and all other files.
#[derive(Debug, Clone, PartialEq)]
pub struct Folder {
    pub text: SkillText,
    /// By path.
    pub files: Vec<SkillFile>,
}

/// Why something is no skill.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSkill {
    /// `message` goes on after the member's name: "must be 1 to 64 characters".
    #[error("{field} {message}")]
    Invalid { field: String, message: String },
    /// It is larger than a skill may be.
    #[error("{0}")]
    TooLarge(String),
}

impl BadSkill {
    pub(crate) fn of(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid { field: field.to_owned(), message: message.into() }
    }
}
