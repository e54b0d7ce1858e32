//! Files that the tests make themselves, read by the public interface.

#![expect(clippy::format_collect, clippy::format_push_string, reason = "the files are small, and read better so")]

mod bombs;
mod files;
mod formats;
mod hostile;
mod letters;
mod mutants;
mod passages;
mod pdf;
mod scans;
mod tables;
