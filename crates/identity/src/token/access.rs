//! Access tokens of the auth service (RS256), with the claims that its clients expect.

use std::time::Duration;

use artel_domain::{ClientId, Clock, FamilyId, TenantId, Timestamp, UserId};
use serde::Serialize;

use super::KeyError;
use crate::{Scopes, ServiceKey};

/// The content of an access token to issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessGrant {
    pub user_id: UserId,
    pub tenant_id: TenantId,
    pub client_id: ClientId,
    pub scopes: Scopes,
    /// The login that the token belongs to; `None` for a client that acts for itself.
    pub family_id: Option<FamilyId>,
    /// When the user, or the client that acts for itself, showed who it is.
    pub signed_in_at: Option<Timestamp>,
}

/// A signed token and its values for the response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    pub token: String,
    pub id: String,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Issues the access tokens of one auth service.
#[derive(Debug, Clone)]
pub struct AccessTokenIssuer {
    issuer: String,
    audience: String,
}

impl AccessTokenIssuer {
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self { issuer: issuer.into(), audience: audience.into() }
    }

    /// Issues a token that is valid from now for `ttl`. Signing takes one or two milliseconds of a core.
    pub fn issue(
        &self,
        key: &ServiceKey,
        grant: &AccessGrant,
        ttl: Duration,
        clock: &dyn Clock,
    ) -> Result<AccessToken, KeyError> {
        let now = clock.now().as_second();
        let ends = now.saturating_add_unsigned(ttl.as_secs());
        let id = clock.uuid().to_string();
        let claims = WireClaims {
            iss: &self.issuer,
            sub: grant.user_id,
            aud: &self.audience,
            exp: ends,
            iat: now,
            nbf: now,
            jti: &id,
            kind: "access",
            client_id: &grant.client_id,
            scope: grant.scopes.words().join(" "),
            tenant_id: grant.tenant_id,
            sid: grant.family_id,
            auth_time: grant.signed_in_at.map(Timestamp::as_second),
        };
        let token = key.sign(&claims)?;
        let at = |seconds: i64| artel_domain::clock::micros(seconds.saturating_mul(1_000_000));
        Ok(AccessToken { token, id, issued_at: at(now), expires_at: at(ends) })
    }
}

#[derive(Serialize)]
struct WireClaims<'a> {
    iss: &'a str,
    sub: UserId,
    aud: &'a str,
    exp: i64,
    iat: i64,
    nbf: i64,
    jti: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    client_id: &'a ClientId,
    scope: String,
    tenant_id: TenantId,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<FamilyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
}
