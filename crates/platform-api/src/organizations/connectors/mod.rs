//! The external services that agents of an organisation may be given.

mod conversion;
pub(crate) mod delete;
mod document;
pub(crate) mod get;
pub(crate) mod import;
mod in_use;
pub(crate) mod list;
mod view;

use serde::Deserialize;

/// What a path names behind the organisation.
#[derive(Debug, Deserialize)]
pub(crate) struct ConnectorAt {
    connector_key: String,
}
