//! What agents keep for a user: Markdown files with a head that says what they are about and where that came from.

use std::fmt;

use crate::workspace::BadPath;
use crate::{Timestamp, names};

/// The most characters of a path, and of one name in it.
const LONGEST_PATH: usize = 200;
/// Addresses of a file end so when they mean something else than the file.
const TAKEN: [&str; 2] = ["versions", "restore"];

/// A place in a user's memory: names between slashes, none of them `.` or `..`.
///
/// A path is a key in the store, not a name in a file system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemoryPath(String);

impl MemoryPath {
    /// Reads a path: `preferences/style.md`.
    ///
    /// # Errors
    /// When it is no path of a file, in words that go on after its name.
    pub fn parse(text: &str) -> Result<Self, BadPath> {
        let length = text.chars().count();
        if length == 0 || length > LONGEST_PATH {
            return Err(BadPath("must be 1 to 200 characters"));
        }
        if text.chars().any(names::is_unseen) {
            return Err(BadPath("has a control character or an invisible character"));
        }
        if text.starts_with('/') {
            return Err(BadPath("begins with a slash; paths of memory are relative, like preferences/style.md"));
        }
        if text.split('/').any(|name| name.trim().is_empty() || name.trim() != name) {
            return Err(BadPath("has an empty name, or white space around a name"));
        }
        if text.split('/').any(|name| matches!(name, "." | "..")) {
            return Err(BadPath("has '.' or '..'; name the file by its whole path"));
        }
        if text.rsplit('/').next().is_some_and(|name| TAKEN.contains(&name)) {
            return Err(BadPath("ends with 'versions' or 'restore', which mean something else; choose another name"));
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MemoryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A file of a user's memory, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryFile {
    pub path: MemoryPath,
    pub title: String,
    pub source: String,
    /// Of the whole text.
    pub bytes: u64,
    /// Grows with each change at this path, also when the file is deleted and made anew.
    pub version: i64,
    pub updated_at: Timestamp,
}

/// A text that the file has, or had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryVersion {
    pub version: i64,
    pub bytes: u64,
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::MemoryPath;

    #[test]
    fn a_path_is_names_between_slashes() {
        for path in ["a.md", "preferences/style.md", "проекты/Магазин 2026.md", "..hidden/...", "versions/a"]
        {
            assert_eq!(MemoryPath::parse(path).unwrap().as_str(), path);
        }
        let long = "x".repeat(201);
        for path in [
            "",
            "/",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "a/../b",
            "a/./b",
            " a",
            "a /b",
            "a\0",
            "a\nb",
            "a/versions",
            "restore",
            &long,
        ] {
            assert!(MemoryPath::parse(path).is_err(), "{path:?}");
        }
    }
}
