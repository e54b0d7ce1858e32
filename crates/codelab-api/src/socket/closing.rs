//! Why a socket is closed.

use axum::extract::ws::{CloseFrame, close_code};

/// What a client reads in the close frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closing {
    Shutdown,
    Binary,
    /// What came is not of the protocol.
    Broken,
    NotUtf8,
    TooBig,
    /// Unfinished messages hold as much as they may.
    NoRoom,
    /// Its message was not complete in time.
    Unfinished,
    /// The session's journal cannot be read now.
    Internal,
    /// It reads slower than there is to read.
    TooSlow,
    TokenExpired,
    /// The key was revoked, the login ended, the account deactivated.
    AccessRevoked,
    SessionDeleted,
}

impl Closing {
    pub(super) fn frame(self) -> CloseFrame {
        let (code, reason) = match self {
            Self::Shutdown => (close_code::AWAY, "the server stops; connect again"),
            Self::Binary => (close_code::UNSUPPORTED, "text frames only"),
            Self::NotUtf8 => (close_code::INVALID, "the text is not UTF-8"),
            Self::Broken => (close_code::PROTOCOL, "this is not the WebSocket protocol"),
            Self::TooBig => (close_code::SIZE, "the message is too large"),
            Self::NoRoom => (close_code::AGAIN, "too much of unfinished messages waits; send large ones one by one"),
            Self::Unfinished => (close_code::POLICY, "the message was not complete in time"),
            Self::Internal => (close_code::ERROR, "the session cannot be read now; connect again"),
            Self::TooSlow => (close_code::AGAIN, "the reader is too slow; connect again with ?after="),
            Self::TokenExpired => (4401, "the token has expired"),
            Self::AccessRevoked => (4401, "the access was ended"),
            Self::SessionDeleted => (4404, "the session is deleted"),
        };
        CloseFrame { code, reason: reason.into() }
    }
}
