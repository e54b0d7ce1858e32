//! The words for programs that clients know.

pub(crate) const INVALID_FORMAT: &str = "INVALID_FORMAT";
pub(crate) const INVALID_TYPE: &str = "INVALID_TYPE";
pub(crate) const MISSING_FIELD: &str = "MISSING_FIELD";
pub(crate) const INVALID_MESSAGE: &str = "INVALID_MESSAGE";
/// The id of a message came with another message.
pub(crate) const MESSAGE_ID_REUSED: &str = "MESSAGE_ID_REUSED";
pub(crate) const INVALID_CALL_ID: &str = "INVALID_CALL_ID";
pub(crate) const SESSION_NOT_FOUND: &str = "SESSION_NOT_FOUND";
pub(crate) const CONTEXT_TOO_LARGE: &str = "CONTEXT_TOO_LARGE";
pub(crate) const AGENT_UNAVAILABLE: &str = "AGENT_UNAVAILABLE";
