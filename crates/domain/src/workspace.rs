//! The files of a session.

use std::fmt;

use crate::{ArtifactId, Timestamp, names};

/// The most bytes of a path, and of one name in it.
const LONGEST_PATH: usize = 1024;
const LONGEST_NAME: usize = 255;
/// Where tools see the workspace.
const ROOT: &str = "/workspace";

/// A place in a session's workspace, relative to its root: names between slashes, none of them `.` or `..`.
///
/// A path is a key in the store, not a name in a file system: nothing outside the workspace can be meant by one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkspacePath(String);

/// Why a text is no path, in words for whoever wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadPath(pub(crate) &'static str);

impl fmt::Display for BadPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for BadPath {}

impl WorkspacePath {
    /// Reads a path: relative to the workspace, or absolute under `/workspace`.
    ///
    /// # Errors
    /// When it leads out of the workspace, names the workspace itself, or is no path at all.
    pub fn parse(text: &str) -> Result<Self, BadPath> {
        let path = Self::directory(text)?;
        path.ok_or(BadPath("names the workspace itself; name a file in it"))
    }

    /// Reads the path of a directory; `None` is the workspace itself.
    ///
    /// # Errors
    /// As [`WorkspacePath::parse`].
    pub fn directory(text: &str) -> Result<Option<Self>, BadPath> {
        if text.len() > LONGEST_PATH {
            return Err(BadPath("is longer than 1024 bytes"));
        }
        if text.chars().any(names::is_unseen) {
            return Err(BadPath("has a control character or an invisible character"));
        }
        let mut names = Vec::new();
        for name in beneath_root(text)?.split('/') {
            match name {
                "" | "." => {}
                ".." => return Err(BadPath("has '..'; paths stay inside the workspace")),
                name if name.len() > LONGEST_NAME => return Err(BadPath("has a name of more than 255 bytes")),
                name => names.push(name),
            }
        }
        Ok((!names.is_empty()).then(|| Self(names.join("/"))))
    }

    /// The path, without a slash at its beginning.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the file, without its directories.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// Paths of the directories that it lies in, outermost first.
    pub fn directories(&self) -> impl Iterator<Item = &str> {
        self.0.match_indices('/').map(|(end, _)| &self.0[..end])
    }
}

/// What of an absolute path stands behind `/workspace`; a relative path as it is.
fn beneath_root(text: &str) -> Result<&str, BadPath> {
    if !text.starts_with('/') {
        return Ok(text);
    }
    let rest = text.strip_prefix(ROOT).filter(|rest| rest.is_empty() || rest.starts_with('/'));
    rest.ok_or(BadPath("is outside of /workspace; give a path relative to the workspace"))
}

impl fmt::Display for WorkspacePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A file of a session's workspace. Its bytes are an artifact's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceFile {
    pub path: WorkspacePath,
    pub artifact_id: ArtifactId,
    /// Its size.
    pub bytes: u64,
    pub modified_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::WorkspacePath;

    #[test]
    fn a_path_is_read_relative_to_the_workspace() {
        for (text, path) in [
            ("a.txt", "a.txt"),
            ("/workspace/a/b.txt", "a/b.txt"),
            ("./a//b/./c", "a/b/c"),
            ("отчёт/2026 год.csv", "отчёт/2026 год.csv"),
            ("..hidden/...", "..hidden/..."),
        ] {
            assert_eq!(WorkspacePath::parse(text).unwrap().as_str(), path, "{text}");
        }
        let nested = WorkspacePath::parse("a/b/c").unwrap();
        assert_eq!((nested.file_name(), WorkspacePath::parse("a").unwrap().file_name()), ("c", "a"));
        assert_eq!(nested.directories().collect::<Vec<_>>(), ["a", "a/b"]);
        assert_eq!(WorkspacePath::directory("/workspace/").unwrap(), None);
    }

    #[test]
    fn nothing_outside_of_the_workspace_can_be_named() {
        let long = "x".repeat(256);
        for text in ["", "/", "..", "a/../../b", "/etc/passwd", "/workspaces/a", "/workspace", "a\0b", "a\nb", &long] {
            assert!(WorkspacePath::parse(text).is_err(), "{text:?}");
        }
        assert!(WorkspacePath::parse(&"a/".repeat(600)).is_err());
    }
}
