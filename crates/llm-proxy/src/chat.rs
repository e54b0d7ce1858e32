//! `POST /v1/chat/completions`.

mod context;
pub(crate) mod create;
mod events;
mod headers;
mod pace;

pub(crate) use pace::Streams;
