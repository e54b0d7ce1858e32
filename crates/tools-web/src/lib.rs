//! The tools of the catalogue that read the public web: `web_fetch` and `web_search`.
//!
//! Every address that a model or a page gave is called through the egress guard, each redirect too. This crate must
//! never know stores, runs or surfaces.

mod charset;
mod depth;
mod fetch;
mod page;
mod plain;
mod search;
mod text_error;

pub use fetch::WebFetchTool;
pub use search::{SearchConfig, WebSearchTool};
