//! An organisation's agents and what they may reach: connectors, credentials and grants, under the organisation's id.

pub(crate) mod agents;
pub(crate) mod connectors;
pub(crate) mod credentials;
pub(crate) mod grants;
mod member;

use utoipa_axum::router::OpenApiRouter;

pub(crate) use member::Member;

use crate::App;

pub(crate) const TAG: &str = "organizations";

/// What this resource answers.
pub(crate) fn routes() -> OpenApiRouter<App> {
    agents::routes().merge(connectors::routes()).merge(credentials::routes()).merge(grants::routes())
}
