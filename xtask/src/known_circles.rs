//! Files that need each other and are not cut apart yet, by crate. This list only ever gets shorter.

pub(crate) const KNOWN: &[(&str, &[&str])] = &[];
