//! A model provider that says what a script tells it to, over real HTTP: OpenAI Chat Completions, Anthropic Messages and Ollama's chat.
//! A script speaks of texts, thoughts, tool calls and misfortunes; each protocol's exact wire grammar is made here.
//!
//! [`Mock`] is the provider, [`ModelMock`] one that runs on a free port, [`render()`] the bytes of an answer without any socket.
//!
//! It must never know Artel: it does nothing that a provider on the net could not do. It writes HTTP by itself, because no HTTP library
//! lets a server lie about lengths, break off within a line or send its head at a crawl.

mod asked;
mod lowered;
mod mock;
mod plan;
mod protocol;
mod render;
mod script;
mod server;

pub use asked::Asked;
pub use mock::{ClosedEarly, Mock, ModelMock, Recorded, Stats};
pub use protocol::{Endpoint, Protocol};
pub use render::{render, render_for};
pub use script::{
    Block, Body, Call, Cuts, Failure, Fault, How, LineEnd, Part, Reply, Script, ScriptError, Step, Stop, Thinking,
    Timing, Usage, When, Wire, Words,
};
