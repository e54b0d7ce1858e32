//! What one document may cost. Its text is a stranger's: a few bytes of it can name any amount of work.

use std::cell::Cell;

use super::error::ImportError;

/// Paths that are read, and operations that are taken.
pub(super) const MAX_PATHS: usize = 20_000;
pub(super) const MAX_OPERATIONS: usize = 20_000;
/// Parameters that one operation declares.
pub(super) const MAX_PARAMETERS: usize = 200;
/// Servers that a connector has, and variables in the URL of one.
pub(super) const MAX_HOSTS: usize = 50;
pub(super) const MAX_VARIABLES: usize = 20;
/// Ways to sign in, and parts of one.
pub(super) const MAX_WAYS: usize = 32;
/// The longest path or URL, in bytes.
pub(super) const LONGEST_URL: usize = 2000;
/// The longest name of a parameter, a member or a media type, in bytes.
pub(super) const LONGEST_NAME: usize = 200;

/// All work on one document, in bytes of text that are looked at.
const ALL_WORK: u64 = 2 * 1024 * 1024 * 1024;
/// To parse a byte is more work than to look at it.
pub(super) const PARSING: usize = 8;
/// What an operation and a parameter take in the connector, whatever is in them.
pub(super) const OPERATION: usize = 16 * 1024;
pub(super) const PARAMETER: usize = 8 * 1024;

/// The work that is left.
#[derive(Debug)]
pub(super) struct Budget(Cell<u64>);

impl Default for Budget {
    fn default() -> Self {
        Self(Cell::new(ALL_WORK))
    }
}

impl Budget {
    /// Pays for work before it is done.
    ///
    /// # Errors
    /// A text, when the work is more than is left. What was asked for last is then not done, and
    /// [`Budget::check`] ends the import.
    pub(super) fn spend(&self, bytes: usize) -> Result<(), String> {
        let left = self.0.get().checked_sub(bytes as u64);
        self.0.set(left.unwrap_or(0));
        left.map(drop).ok_or_else(|| ImportError::TooMuchWork.to_string())
    }

    /// # Errors
    /// Nothing is left.
    pub(super) fn check(&self) -> Result<(), ImportError> {
        if self.0.get() == 0 { Err(ImportError::TooMuchWork) } else { Ok(()) }
    }
}
