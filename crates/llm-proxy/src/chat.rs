//! `POST /v1/chat/completions`.

mod context;
pub(crate) mod create;
mod events;
mod headers;
mod write_timer;

pub(crate) use write_timer::Streams;
