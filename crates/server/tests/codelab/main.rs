//! CodeLab as its clients meet it: the real binary, real sockets, a client that really executes the tools.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

mod accepted;
mod clients;
mod handshake;
mod hostile;
mod recovery;
mod scale;
mod sharing;
mod streams;
mod task;
mod team;
mod workspace;
mod world;
