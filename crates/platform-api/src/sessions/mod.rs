//! Sessions: dialogues and what was said in them.

pub(crate) mod list_messages;

pub(crate) const TAG: &str = "sessions";
