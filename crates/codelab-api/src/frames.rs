//! What a client sees of a run: journal entries as frames.
//!
//! A [`Mapper`] folds a session's entries in order; each makes at most one frame. It must see a run from its start,
//! since a later entry speaks of earlier ones; a [`Reader`] leaves out what its client knows. In one segment of a turn
//! come switches and assistant messages that are not final, then exactly one frame after which it is the client's turn:
//! a tool call, a question about a plan, an error, or the final message.
//!
//! In `tokens` mode the tokens of a segment, put together, are the `content` of its final message. An answer that was
//! cut off and is given again goes on where it was, when its text begins alike; otherwise it comes whole after
//! [`text::RESTART`]. A reader who joins in the middle of a segment has its rest as content.

mod calls;
mod cursor;
mod failure;
mod fit;
mod mapper;
mod plans;
mod reader;
mod text;
mod wire;

pub(crate) use cursor::Cursor;
pub(crate) use failure::{access_ended, of_problem};
pub(crate) use mapper::View;
pub(crate) use plans::in_words as plan_in_words;
pub(crate) use reader::Reader;
pub(crate) use wire::{Frame, done, message_accepted, session_info};
