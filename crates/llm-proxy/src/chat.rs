//! `POST /v1/chat/completions`.

pub(crate) mod create;
mod events;
mod headers;
