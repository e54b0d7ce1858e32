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
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use view::CredentialView;

use crate::App;

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(create::create_credential, list::list_credentials))
        .routes(routes!(get::get_credential, update::update_credential, delete::delete_credential))
        .routes(routes!(test::test_credential))
}

/// What a path names behind the organisation.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct CredentialAt {
    pub(crate) credential_id: CredentialId,
}
