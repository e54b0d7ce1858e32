//! The measured programs. Each is started in a directory of its own and stopped again.

mod artel;
mod peer;
mod postgres;
mod program;

pub(crate) use artel::{Artel, Setup};
pub(crate) use peer::Peer;
pub(crate) use postgres::Postgres;
pub(crate) use program::Program;
