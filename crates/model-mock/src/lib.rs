//! A scripted model provider over real HTTP: OpenAI Chat Completions, Anthropic Messages and Ollama's chat. A script
//! lists texts, reasoning, tool calls and faults. This crate writes them in the exact grammar of each protocol.
//!
//! [`Mock`] is the provider, [`ModelMock`] a provider that serves on a free port, and [`render()`] returns the bytes of
//! an answer without a socket.
//!
//! It must never know Artel: it does nothing that a real provider could not do. It writes HTTP itself, because no HTTP
//! library lets a server send a wrong length, break off within a line or send its head slowly.

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
