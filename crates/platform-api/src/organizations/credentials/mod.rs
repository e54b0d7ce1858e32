//! Accounts of external services. Their secrets come in and never go out.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
mod secret;
pub(crate) mod test;
pub(crate) mod update;
mod view;

use artel_domain::CredentialId;
use serde::Deserialize;

pub(crate) use view::CredentialView;

/// What a path names behind the organisation.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct CredentialAt {
    pub(crate) credential_id: CredentialId,
}
