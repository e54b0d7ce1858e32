//! The bus on a real Redis, with and without a working Redis.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says why")]

mod many_processes;
mod outages;
mod support;
