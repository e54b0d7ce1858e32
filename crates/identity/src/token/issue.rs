use std::time::Duration;

use artel_domain::{ApiKeyId, Clock, TenantId, UserId};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::{Grant, KeyError};
use crate::Scopes;

/// Issues the platform's own tokens (HS256).
pub struct TokenIssuer {
    key: EncodingKey,
    issuer: String,
    audience: String,
}

impl TokenIssuer {
    pub fn new(secret: &SecretString, issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        let key = EncodingKey::from_secret(secret.expose_secret().as_bytes());
        Self { key, issuer: issuer.into(), audience: audience.into() }
    }

    /// Issues a token that is valid from now for `ttl`.
    pub fn issue(&self, grant: &Grant, ttl: Duration, clock: &dyn Clock) -> Result<String, KeyError> {
        let issued_at = clock.now().as_second();
        let claims = WireClaims {
            sub: grant.user_id,
            tenant_id: grant.tenant_id,
            scopes: &grant.scopes,
            key_id: grant.key_id,
            iss: &self.issuer,
            aud: &self.audience,
            iat: issued_at,
            exp: issued_at.saturating_add_unsigned(ttl.as_secs()),
            jti: clock.uuid().to_string(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.key)
            .map_err(|error| KeyError::CannotSign(error.to_string()))
    }
}

impl std::fmt::Debug for TokenIssuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenIssuer")
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct WireClaims<'a> {
    sub: UserId,
    tenant_id: TenantId,
    scopes: &'a Scopes,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<ApiKeyId>,
    iss: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
}
