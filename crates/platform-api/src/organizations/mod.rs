//! An organisation's agents and what they may reach: connectors, credentials, grants and hooks, under the
//! organisation's id.

pub(crate) mod agents;
pub(crate) mod connectors;
pub(crate) mod credentials;
pub(crate) mod events;
pub(crate) mod grants;
pub(crate) mod hooks;
mod member;

use utoipa_axum::router::OpenApiRouter;

pub(crate) use member::Member;

use crate::App;

pub(crate) const TAG: &str = "organizations";

/// What this resource answers.
pub(crate) fn routes() -> OpenApiRouter<App> {
    let parts = [connectors::routes(), credentials::routes(), grants::routes(), hooks::routes(), events::routes()];
    parts.into_iter().fold(agents::routes(), OpenApiRouter::merge)
}
