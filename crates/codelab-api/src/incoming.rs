//! What clients say, on a socket or in the body of a request. Whatever comes is either understood or answered with what
//! is wrong with it.

mod accept;
mod members;
mod outcome;
mod parse;
mod perform;
mod unreadable;

pub(crate) use accept::Accepted;
pub(crate) use parse::{Incoming, parse, parse_object};
pub(crate) use perform::{Client, Done, perform, without_label};

#[cfg(test)]
mod tests;
