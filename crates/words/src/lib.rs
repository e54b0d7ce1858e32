//! What a text is found by: its words as both databases index them, and what is asked of them.
//!
//! A text is analysed here and nowhere else: compatibility forms are unified (NFKC), letters are lower case, `ё` is
//! `е`, Russian and English words are cut to their stems, and what has digits is kept as it is: an article code is
//! found whole and in its parts. The databases get tokens that need no further analysis: FTS5 splits them at spaces,
//! and PostgreSQL takes them as a `tsvector` that is written out.
//!
//! Each token begins with the [`Shelf`] that the text stands on. So a search reads the lists of its own shelf only,
//! however many texts other tenants have with the same words.
//!
//! This crate must never know a database, a tenant's rules or an async runtime.

mod analyse;
mod head;
mod query;
mod shelf;
mod stop;
mod text;

pub use analyse::tokens;
pub use head::split_head;
pub use query::{LONGEST_QUERY, Query};
pub use shelf::Shelf;
pub use text::{Field, fts5, tsvector};

/// Grows when the same text gets other tokens: what was indexed under an earlier number is to be analysed again.
pub const VERSION: i64 = 1;
