//! The owner of an access token. The token is signed by this service, its client is active, and its login has not
//! ended.

use std::convert::Infallible;
use std::net::IpAddr;

use artel_domain::{Account, ClientId, FamilyId, OAuthClient, TenantId, Timestamp, UserId};
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use crate::AuthApp;
use crate::audit::By;
use crate::error::OAuthError;

/// A valid access token, with what the store knows about it now.
#[derive(Debug, Clone)]
pub(crate) struct ActiveToken {
    pub(crate) tenant_id: TenantId,
    pub(crate) user_id: UserId,
    pub(crate) client_id: ClientId,
    pub(crate) scopes: Vec<String>,
    /// The login that the token belongs to. A client that acts for itself has none, and no account.
    pub(crate) family_id: Option<FamilyId>,
    pub(crate) account: Option<Account>,
    pub(crate) id: Option<String>,
    pub(crate) issued_at: Option<Timestamp>,
    pub(crate) expires_at: Timestamp,
}

/// A person who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    pub(crate) account: Account,
    pub(crate) client_id: ClientId,
    pub(crate) family_id: Option<FamilyId>,
    pub(crate) scopes: Vec<String>,
    pub(crate) by: By,
}

impl AuthApp {
    /// Checks a token; `None` when anything about it is wrong.
    pub(crate) async fn active_token(&self, token: &str) -> Result<Option<ActiveToken>, OAuthError> {
        let Ok(claims) = self.keys.verifier().await?.verify(token, self.clock.now()) else { return Ok(None) };
        let grant = claims.grant;
        // The platform's own tokens and those of API keys name no client.
        let Some(client_id) = claims.client_id else { return Ok(None) };
        let client =
            self.store.find_client(&client_id).await?.map(|record| record.client).filter(OAuthClient::is_active);
        let Some(client) = client else { return Ok(None) };
        let account = match claims.family_id {
            None if grant.user_id == client.user_id => None,
            None => return Ok(None),
            Some(family) => {
                let family =
                    self.store.find_family(grant.tenant_id, family).await?.filter(|family| family.revoked_at.is_none());
                let account = self.store.find_account(grant.tenant_id, grant.user_id).await?.filter(Account::is_active);
                let (Some(_), Some(account)) = (family, account) else { return Ok(None) };
                Some(account)
            }
        };
        Ok(Some(ActiveToken {
            tenant_id: grant.tenant_id,
            user_id: grant.user_id,
            client_id,
            scopes: grant.scopes.words().to_vec(),
            family_id: claims.family_id,
            account,
            id: claims.id,
            issued_at: claims.issued_at,
            expires_at: claims.expires_at,
        }))
    }
}

impl FromRequestParts<AuthApp> for SignedIn {
    type Rejection = OAuthError;

    async fn from_request_parts(parts: &mut Parts, app: &AuthApp) -> Result<Self, OAuthError> {
        let value = parts.headers.get(AUTHORIZATION).ok_or_else(OAuthError::no_token)?;
        let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).unwrap_or_default();
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(OAuthError::no_token());
        }
        let invalid = || OAuthError::invalid_token("The access token is not valid");
        let active = app.active_token(token.trim()).await?.ok_or_else(invalid)?;
        // These routes are for people, not for clients that act for themselves.
        let account = active.account.ok_or_else(invalid)?;
        let by = By { user: Some(account.user_id), ip: app.gate.ip(parts) };
        Ok(Self { account, client_id: active.client_id, family_id: active.family_id, scopes: active.scopes, by })
    }
}

/// The address that a request comes from. Only trusted proxies are believed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Address(pub(crate) Option<IpAddr>);

impl FromRequestParts<AuthApp> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &AuthApp) -> Result<Self, Infallible> {
        Ok(Self(app.gate.ip(parts)))
    }
}
