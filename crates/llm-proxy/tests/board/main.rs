//! The translation tests: what clients of OpenAI's API receive for each protocol of the provider, streamed and
//! complete, over real sockets. Each case runs against the scripted provider in all three protocols, with its bytes
//! together and one by one.
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
