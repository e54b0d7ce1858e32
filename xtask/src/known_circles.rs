//! Known cycles between files, by crate. The list may only get shorter.

pub(crate) const KNOWN: &[(&str, &[&str])] = &[];
