//! The warehouse's engine: what the columns of raw items are (`describe`), typed rows out of raw items (`silver`), and
//! one SELECT over tables in a private database that holds nothing else (`gold`).
//!
//! It computes and keeps nothing: the same inputs give the same bytes. It must never know the store, tenants, HTTP or
//! the wall clock.

mod cell;
pub mod describe;
pub mod gold;
mod path;
pub mod silver;
mod types;

pub use cell::Cell;
pub use path::{Path, PathError};
pub use types::ColumnType;
