//! Ways of working that agents follow: folders with a `SKILL.md`, in the shape that agentskills.io describes.

use std::fmt;

use serde_json::{Map, Value};

use crate::words::words;
use crate::workspace::BadPath;
use crate::{SkillId, Timestamp, UserId, names};

/// The most characters of a name.
pub const LONGEST_SKILL_NAME: usize = 64;
/// The most characters of a description.
pub const LONGEST_SKILL_DESCRIPTION: usize = 1024;
/// The most characters of a prompt.
pub const LONGEST_SKILL_PROMPT: usize = 65_536;
/// The most bytes of a skill: its prompt and all its files.
pub const LARGEST_SKILL: u64 = 10 * 1024 * 1024;
/// The most files of a skill, beside its `SKILL.md`.
pub const MOST_SKILL_FILES: usize = 100;
/// The most characters of a file's path.
const LONGEST_PATH: usize = 200;
/// The file that makes a folder a skill. Prompt and head of a skill are its text.
pub const SKILL_FILE: &str = "SKILL.md";

words! {
    /// Whose a skill is: the organisation's own, or a part of the product.
    SkillScope { Custom = "custom", System = "system" }
}

/// What a skill and its folder are called: lower-case letters, digits and single hyphens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SkillName(String);

impl SkillName {
    /// Reads a name: `weekly-report`.
    ///
    /// # Errors
    /// When it is none, in words that go on after the member's name.
    pub fn parse(text: &str) -> Result<Self, BadPath> {
        let may_be = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        if text.is_empty() || text.chars().count() > LONGEST_SKILL_NAME {
            return Err(BadPath("must be 1 to 64 characters"));
        }
        if !text.chars().all(may_be) {
            return Err(BadPath("must have only lower-case letters a-z, digits and hyphens, like weekly-report"));
        }
        if text.starts_with('-') || text.ends_with('-') || text.contains("--") {
            return Err(BadPath("must neither begin nor end with a hyphen, nor have two hyphens together"));
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SkillName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The place of a file in a skill's folder: names between slashes, none of them `.` or `..`. It is never `SKILL.md`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SkillPath(String);

impl SkillPath {
    /// Reads a path: `templates/report.md`.
    ///
    /// # Errors
    /// When it is no path of a file in the folder, in words that go on after its name.
    pub fn parse(text: &str) -> Result<Self, BadPath> {
        let length = text.chars().count();
        if length == 0 || length > LONGEST_PATH {
            return Err(BadPath("must be 1 to 200 characters"));
        }
        if text.chars().any(names::is_unseen) {
            return Err(BadPath("has a control character or an invisible character"));
        }
        if text.starts_with('/') || text.contains(['\\', ':']) {
            return Err(BadPath("must be relative, with slashes between names, like templates/report.md"));
        }
        if text.split('/').any(|name| matches!(name, "." | "..")) {
            return Err(BadPath("has '.' or '..'; files stay inside of the skill's folder"));
        }
        if text.split('/').any(|name| name.trim().is_empty() || name.trim() != name) {
            return Err(BadPath("has an empty name, or white space around a name"));
        }
        if text.eq_ignore_ascii_case(SKILL_FILE) {
            return Err(BadPath("is SKILL.md, which is made of name, description and prompt"));
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SkillPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A file of a skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillFile {
    pub path: SkillPath,
    pub content: Vec<u8>,
}

/// A file of a skill, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillFileSize {
    pub path: SkillPath,
    pub bytes: u64,
}

/// A skill as lists show it.
#[derive(Debug, Clone, PartialEq)]
pub struct SkillHead {
    pub id: SkillId,
    pub name: SkillName,
    pub description: String,
    pub scope: SkillScope,
    /// One that is switched off is not found by its words.
    pub is_enabled: bool,
    /// Of the prompt and all files.
    pub bytes: u64,
    /// Who made it, and may change it; `None`: a part of the product.
    pub author_id: Option<UserId>,
    /// `None`: it is a part of the product.
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
}

/// A skill without the bytes of its files.
#[derive(Debug, Clone, PartialEq)]
pub struct Skill {
    pub head: SkillHead,
    /// What the head of `SKILL.md` says beside name and description: `license`, `metadata` and the like.
    pub extra: Map<String, Value>,
    /// The text of `SKILL.md` behind its head.
    pub prompt: String,
    /// By path, without `SKILL.md`.
    pub files: Vec<SkillFileSize>,
}

#[cfg(test)]
mod tests {
    use super::{SkillName, SkillPath};

    #[test]
    fn a_name_is_lower_case_words_between_single_hyphens() {
        for name in ["a", "1c-query-helper", "weekly-sales-report", "x2", &"a".repeat(64)] {
            assert_eq!(SkillName::parse(name).unwrap().as_str(), name);
        }
        for name in ["", "-a", "a-", "a--b", "A", "a_b", "a b", "навык", "a/b", "a.", "..", "a\n", &"a".repeat(65)]
        {
            assert!(SkillName::parse(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_path_stays_in_the_folder_and_is_never_the_skill_itself() {
        for path in ["a.md", "scripts/check.py", "шаблоны/отчёт 1.md", "a/SKILL.md", "..hidden/..."] {
            assert_eq!(SkillPath::parse(path).unwrap().as_str(), path);
        }
        let long = "x".repeat(201);
        for path in [
            "", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a/./b", "../a", " a", "a /b", "a\0", "a\nb", "a\\b",
            "c:a", "SKILL.md", "skill.md", &long,
        ] {
            assert!(SkillPath::parse(path).is_err(), "{path:?}");
        }
    }
}
