//! What services send by themselves, at the addresses of hooks. The token in the path is the only credential.

mod event;
mod places;
pub(crate) mod receive;
mod unread;

pub(crate) use places::Places;

pub(crate) const TAG: &str = "deliveries";
