//! The catalogue of tools as data: what each tool is called, what a model reads about it, what it is given
//! and how it behaves. The tools themselves are elsewhere; some of them are not on every installation.
//!
//! This crate must never know how a tool does its work, who calls it, or which tools an installation has.

pub mod args;
mod blocks;
mod catalogue;
mod entry;
mod faults;
mod group;
mod page;
mod raw;
mod read;
mod schema;

pub use blocks::Blocks;
pub use catalogue::Catalogue;
pub use entry::{Category, Entry, ResultType};
pub use group::{Group, Title};
pub use page::page;
pub use read::catalogue;
pub use schema::schema_of;
