//! The catalogue of tools: what the product knows of, and what this installation can call.

pub(crate) mod get;
pub(crate) mod list;
mod view;

use crate::tools::TAG;
