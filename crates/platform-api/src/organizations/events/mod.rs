//! What services sent to the organisation by themselves.

pub(crate) mod list;
