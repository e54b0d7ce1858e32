use std::ops::Deref;

use artel_domain::TenantId;
use artel_http::caller::Permission;
use artel_http::{Caller, Problem};
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use crate::App;

/// A caller who holds the permission `P`, in the organisation that the path names as `org_id`: their own, by its id or
/// as `me`. Any other does not exist for them. First in a handler's arguments, as [`Caller`] is.
#[derive(Debug, Clone)]
pub(crate) struct Member<P>(Caller<P>);

impl<P> Deref for Member<P> {
    type Target = Caller<P>;

    fn deref(&self) -> &Caller<P> {
        &self.0
    }
}

impl<P: Permission> FromRequestParts<App> for Member<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = Caller::<P>::from_request_parts(parts, app).await?;
        let named = RawPathParams::from_request_parts(parts, app).await;
        let named = named.map_err(|_| Problem::not_found("organization"))?;
        let is_own = |text: &str| text == "me" || text.parse::<TenantId>().is_ok_and(|id| id == caller.tenant_id);
        if named.iter().any(|(name, value)| name == "org_id" && is_own(value)) {
            return Ok(Self(caller));
        }
        Err(Problem::not_found("organization"))
    }
}
