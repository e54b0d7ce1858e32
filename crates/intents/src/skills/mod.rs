//! Ways of working that agents follow: an organisation's own skills, and those of the product beside them.

mod change;
mod find;

pub use change::{NewSkillFile, SkillChange, SkillDraft};
pub use find::{FoundSkill, SkillFilter};
