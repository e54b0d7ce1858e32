//! The bus on a real Redis: while it is there, and while it is not.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says why")]

mod many_processes;
mod outages;
mod support;
