//! A model provider that says what a script tells it to, over real HTTP: OpenAI Chat Completions, Anthropic Messages
//! and Ollama's chat. A script names texts, thoughts, tool calls and faults. This crate writes them in the exact
//! grammar of each protocol.
//!
//! [`Mock`] is the provider, [`ModelMock`] one that runs on a free port, [`render()`] the bytes of an answer without
//! any socket.
//!
//! It must never know Artel: it does nothing that a provider on the net could not do. It writes HTTP by itself, because
//! no HTTP library lets a server lie about lengths, break off within a line or send its head at a crawl.

mod incoming;
mod lowered;
mod mock;
mod natural;
mod plan;
mod protocol;
mod render;
mod request_log;
mod running;
mod script;
mod server;

pub use incoming::IncomingRequest;
pub use mock::Mock;
pub use protocol::{Endpoint, Protocol};
pub use render::{render, render_for};
pub use request_log::{ClosedEarly, Recorded, Stats};
pub use running::ModelMock;
pub use script::{
    Block, Body, Call, Cuts, Failure, Fault, How, LineEnd, Part, Reply, Script, ScriptError, Step, Stop, Thinking,
    Timing, Usage, When, Wire, Words,
};
