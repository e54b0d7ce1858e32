//! The response to a token request.

use std::time::Duration;

use artel_domain::{ClientId, FamilyId, OAuthClient, TenantId, Timestamp, TokenFamily, UserId};
use artel_identity::{AccessGrant, Scopes};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::error::OAuthError;
use crate::{AuthApp, scopes};

/// The members of the response. CodeLab's IDE computes from `issued_at` when a refresh is due.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenResponse {
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    refresh_token: Option<String>,
    /// `bearer`
    #[schema(value_type = String)]
    token_type: &'static str,
    expires_in: i64,
    scope: String,
    #[schema(format = DateTime)]
    issued_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    id_token: Option<String>,
}

/// The subject of an access token.
pub(crate) struct Subject<'a> {
    pub(crate) tenant_id: TenantId,
    pub(crate) user_id: UserId,
    pub(crate) client_id: &'a ClientId,
    pub(crate) scopes: &'a [String],
    pub(crate) family_id: Option<FamilyId>,
    /// When the user signed in, or the client showed its secret.
    pub(crate) signed_in_at: Timestamp,
}

impl<'a> Subject<'a> {
    pub(crate) fn of(family: &'a TokenFamily) -> Self {
        Self {
            tenant_id: family.tenant_id,
            user_id: family.user_id,
            client_id: &family.client_id,
            scopes: &family.scopes,
            family_id: Some(family.id),
            signed_in_at: family.created_at,
        }
    }
}

impl TokenResponse {
    #[must_use]
    pub(crate) fn with_refresh_token(mut self, token: &SecretString) -> Self {
        self.refresh_token = Some(token.expose_secret().to_owned());
        self
    }

    #[must_use]
    pub(crate) fn with_id_token(mut self, token: Option<String>) -> Self {
        self.id_token = token;
        self
    }
}

impl AuthApp {
    /// A signed access token with the client's lifetime.
    pub(crate) async fn access_token(
        &self,
        subject: Subject<'_>,
        client: &OAuthClient,
    ) -> Result<TokenResponse, OAuthError> {
        let key = self.keys.active().await?;
        let grant = AccessGrant {
            user_id: subject.user_id,
            tenant_id: subject.tenant_id,
            client_id: subject.client_id.clone(),
            scopes: Scopes::new(subject.scopes.iter().cloned()),
            family_id: subject.family_id,
            signed_in_at: Some(subject.signed_in_at),
        };
        let lifetime = Duration::from_secs(client.access_ttl_seconds.unsigned_abs());
        let signed = self.issuer.issue(&key, &grant, lifetime, &*self.clock)?;
        Ok(TokenResponse {
            access_token: signed.token,
            refresh_token: None,
            token_type: "bearer",
            expires_in: client.access_ttl_seconds,
            scope: scopes::spaced(subject.scopes),
            issued_at: signed.issued_at.to_string(),
            id_token: None,
        })
    }

    /// The id token for the client, if the scopes contain `openid`. Its audience and type make it invalid as an access
    /// token.
    pub(crate) async fn id_token(
        &self,
        family: &TokenFamily,
        nonce: Option<&str>,
    ) -> Result<Option<String>, OAuthError> {
        if !family.scopes.iter().any(|scope| scope == "openid") {
            return Ok(None);
        }
        let now = self.clock.now().as_second();
        let mut claims = json!({
            "iss": self.config.issuer,
            "sub": family.user_id,
            "aud": family.client_id,
            "iat": now,
            "exp": now + 300,
            "auth_time": family.created_at.as_second(),
            "type": "id",
        });
        if let Some(nonce) = nonce {
            claims["nonce"] = nonce.into();
        }
        Ok(Some(self.keys.active().await?.sign(&claims)?))
    }
}
