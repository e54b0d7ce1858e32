//! For whom a request acts. The public port asks people for a token or a key and lets services in with the internal
//! key; the internal port knows services only.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use artel_domain::{Basis, TenantId, UserId};
use artel_http::caller::Anyone;
use artel_http::{Caller, CallerIp, InternalKey, Problem, Sender, Standing};
use artel_identity::Scope;
use artel_store::StoreError;
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::IntoResponse as _;

use crate::App;
use crate::fault::Fault;
use crate::user::User;

/// On whose behalf a service asks; the configured caller's otherwise.
const TENANT: &str = "x-tenant-id";
const USER: &str = "x-user-id";

/// Which port a request came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surface {
    Gateway,
    Runtime,
}

/// Where a request comes from.
pub(crate) async fn address(app: &App, parts: &mut Parts) -> Option<IpAddr> {
    let Ok(CallerIp(ip)) = CallerIp::from_request_parts(parts, app).await;
    ip
}

/// The user whom a request's credentials stand for.
pub(crate) async fn identify(app: &App, surface: Surface, parts: &mut Parts) -> Result<User, Fault> {
    Sender::of(&mut parts.extensions).is_refused_with(|loss| Fault::from(loss.problem()).into_response());
    let shown = InternalKey::shown(&parts.headers);
    match (surface, shown) {
        (Surface::Runtime, Some(key)) if app.config.internal.key.is(key) => service(app, parts).await,
        (Surface::Runtime, _) => Err(Fault::unauthorized()),
        // Whoever shows a token is who the token says, and nobody else.
        (Surface::Gateway, Some(key)) if !has_bearer(&parts.headers) => {
            if !app.config.internal.key.is(key) {
                return Err(
                    Problem::unauthenticated("invalid_token", "The key in x-internal-auth is not valid.").into()
                );
            }
            service(app, parts).await
        }
        (Surface::Gateway, _) => {
            let caller = Caller::<Anyone>::from_request_parts(parts, app).await?;
            Ok(User::from(&*caller))
        }
    }
}

fn has_bearer(headers: &HeaderMap) -> bool {
    let scheme =
        headers.get(AUTHORIZATION).map(|value| value.as_bytes().split(|byte| *byte == b' ').next().unwrap_or_default());
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer"))
}

async fn service(app: &App, parts: &mut Parts) -> Result<User, Fault> {
    let internal = &app.config.internal;
    let tenant = named::<TenantId>(&parts.headers, TENANT)?.unwrap_or(internal.tenant_id);
    let named_user = named::<UserId>(&parts.headers, USER)?;
    let user = named_user.unwrap_or(internal.user_id);
    app.presences.ensure_known(tenant, user).await.map_err(away)?;
    let ip = address(app, parts).await;
    let standing = match named_user {
        Some(user) => app.gate.standing(Basis::of_user(tenant, user)),
        None => Standing::permanent(),
    };
    standing.ensure().await?;
    Sender::of(&mut parts.extensions).is(&standing);
    // Without a name it is the user of the installation, at their own machine.
    let (is_service, is_elsewhere) = (named_user.is_none(), named_user.is_some());
    Ok(User { is_service, is_elsewhere, ..User::vouched(tenant, user, standing, ip) })
}

fn away(error: Arc<StoreError>) -> Fault {
    match &*error {
        StoreError::Unavailable(_) => Problem::unavailable(error).into(),
        _ => Problem::internal(error).into(),
    }
}

fn named<T: FromStr>(headers: &HeaderMap, name: &str) -> Result<Option<T>, Fault> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let id = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    id.map(Some).ok_or_else(|| Fault::bad_request(format!("{name} must be a UUID.")))
}

/// Comes from [`crate::admission`]; reading needs `runs:read`, all else `runs:write`.
impl FromRequestParts<App> for User {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Fault> {
        let user = parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Problem::internal("a route is not behind the admission"))?;
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        user.needs(if reads { Scope::RunsRead } else { Scope::RunsWrite })?;
        Ok(user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(authorization: &str) -> HeaderMap {
        [(AUTHORIZATION, authorization.parse().unwrap())].into_iter().collect()
    }

    #[test]
    fn a_bearer_is_known_by_its_scheme_however_it_is_written() {
        for bearer in ["Bearer a.b.c", "bearer x", "BEARER ", "Bearer"] {
            assert!(has_bearer(&headers(bearer)), "{bearer}");
        }
        for other in ["Basic dTpw", "Bearerx y", ""] {
            assert!(!has_bearer(&headers(other)), "{other}");
        }
        assert!(!has_bearer(&HeaderMap::new()));
    }

    #[test]
    fn a_name_that_is_no_uuid_is_refused_and_an_absent_one_is_absent() {
        let mut headers = HeaderMap::new();
        assert_eq!(named::<UserId>(&headers, USER).unwrap(), None);
        headers.insert(USER, "user_123".parse().unwrap());
        assert_eq!(named::<UserId>(&headers, USER).unwrap_err().status(), 400);
        headers.insert(USER, "00000000-0000-0000-0000-000000000007".parse().unwrap());
        assert!(named::<UserId>(&headers, USER).unwrap().is_some());
    }
}
