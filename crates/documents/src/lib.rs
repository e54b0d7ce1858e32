//! Reads the documents that were uploaded: claims one that waits, has its file read, and stores the passages that it is
//! found by.
//!
//! A file is hostile until it was read. So it is read by a process of its own ([`Program`]), which has limits of the
//! kernel, no secret in its environment and no connection to anything; what it says is a [`Report`]. A process that
//! dies with its file is an attempt that counts, and after a few of them the document has failed.
//!
//! This crate must never know HTTP, a model or SQL.

mod program;
mod reader;
mod report;

pub use program::{Program, read_one};
pub use reader::{DocumentReader, MOST_ATTEMPTS, ReadError, ReaderDeps};
pub use report::{Report, report};
