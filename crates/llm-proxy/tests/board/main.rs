//! The translation board: what clients of OpenAI's API get when the provider speaks this or that protocol, streaming
//! and not, over real sockets. Each case runs against the scripted provider in all three protocols, with its bytes as
//! they are and one by one.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod answers;
mod ask;
mod crowd;
mod disconnects;
mod errors;
mod fold;
mod remote;
mod requests;
mod surface;
mod world;
