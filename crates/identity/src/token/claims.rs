//! The claims of a token, read strictly.

use artel_domain::{ApiKeyId, ClientId, FamilyId, TenantId, Timestamp, UserId};
use serde_json::Value;

use super::TokenError;
use super::strict::StrictObject;
use crate::Scopes;

/// The largest accepted difference between the clocks of two machines.
const LEEWAY_SECONDS: i64 = 30;

/// The content of a token to issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub user_id: UserId,
    pub tenant_id: TenantId,
    pub scopes: Scopes,
    /// The API key that was exchanged for the token. When it is revoked, the token stops working.
    pub key_id: Option<ApiKeyId>,
}

/// The claims of a verified token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    pub grant: Grant,
    pub id: Option<String>,
    pub issued_at: Option<Timestamp>,
    pub expires_at: Timestamp,
    /// When the user signed in (`auth_time`), if the token says so.
    pub signed_in_at: Option<Timestamp>,
    /// Signed with the platform's own secret.
    pub is_own: bool,
    /// The OAuth client that the token was issued to and the login that it belongs to. The platform's own tokens have
    /// neither; those of an auth service elsewhere neither, because nothing is known here of its clients and logins.
    pub client_id: Option<ClientId>,
    pub family_id: Option<FamilyId>,
}

/// Who issued a token, which decides its required claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Signed with the shared secret, by this platform or by somebody who has the secret. Only the necessary claims are
    /// required.
    Own,
    /// Signed by the auth service, which sets all claims. Its earlier refresh tokens had the same claims except for
    /// `type`.
    AuthService,
    /// Signed by an auth service whose users and logins are not in this database. One that knows no tenants speaks of
    /// this one.
    Elsewhere { home_tenant: TenantId },
}

impl Origin {
    /// The tenant of a token that names none.
    fn tenant(self) -> Result<TenantId, TokenError> {
        match self {
            Self::Elsewhere { home_tenant } => Ok(home_tenant),
            Self::Own | Self::AuthService => Err(TokenError::MissingClaim("tenant_id")),
        }
    }
}

impl Claims {
    /// Reads the payload of a token whose signature has been verified.
    pub(super) fn read(
        payload: &StrictObject,
        origin: Origin,
        issuer: &str,
        audience: &str,
        now: Timestamp,
    ) -> Result<Self, TokenError> {
        check_times(payload, now)?;
        if payload.required_text("iss")? != issuer {
            return Err(TokenError::WrongIssuer);
        }
        check_audience(payload, audience)?;
        if payload.text("type")?.is_some_and(|kind| kind != "access") {
            return Err(TokenError::WrongType);
        }
        if origin != Origin::Own {
            check_completeness(payload)?;
        }
        // Nobody here can say whether a client or a login of elsewhere has ended.
        let is_of_here = !matches!(origin, Origin::Elsewhere { .. });
        Ok(Self {
            grant: Grant {
                user_id: parsed(payload.required_text("sub")?)?,
                tenant_id: payload.text("tenant_id")?.map_or_else(|| origin.tenant(), parsed)?,
                scopes: scopes(payload)?,
                key_id: payload.text("key_id")?.map(parsed).transpose()?,
            },
            id: payload.text("jti")?.map(str::to_owned),
            issued_at: payload.time("iat")?,
            expires_at: payload.time("exp")?.ok_or(TokenError::MissingClaim("exp"))?,
            signed_in_at: payload.time("auth_time")?,
            is_own: origin == Origin::Own,
            client_id: payload.text("client_id")?.filter(|_| is_of_here).map(ClientId::new),
            family_id: payload.text("sid")?.map(parsed).transpose()?.filter(|_| is_of_here),
        })
    }
}

fn check_completeness(payload: &StrictObject) -> Result<(), TokenError> {
    for name in ["type", "jti", "client_id"] {
        payload.required_text(name)?;
    }
    for name in ["iat", "nbf"] {
        payload.time(name)?.ok_or(TokenError::MissingClaim(name))?;
    }
    // A key of the platform does not issue tokens of the auth service.
    if payload.get("key_id").is_some() {
        return Err(TokenError::Malformed);
    }
    Ok(())
}

fn check_times(payload: &StrictObject, now: Timestamp) -> Result<(), TokenError> {
    let expires_at = payload.time("exp")?.ok_or(TokenError::MissingClaim("exp"))?;
    if now.duration_since(expires_at).as_secs() >= LEEWAY_SECONDS {
        return Err(TokenError::Expired);
    }
    for name in ["nbf", "iat"] {
        let starts_at = payload.time(name)?;
        if starts_at.is_some_and(|start| start.duration_since(now).as_secs() >= LEEWAY_SECONDS) {
            return Err(TokenError::NotYetValid);
        }
    }
    Ok(())
}

/// `aud` is one name or a list of names.
fn check_audience(payload: &StrictObject, audience: &str) -> Result<(), TokenError> {
    let named = match payload.get("aud") {
        None | Some(Value::Null) => return Err(TokenError::MissingClaim("aud")),
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(many)) if many.iter().all(Value::is_string) => many.iter().any(|one| one == audience),
        Some(_) => return Err(TokenError::Malformed),
    };
    if named { Ok(()) } else { Err(TokenError::WrongAudience) }
}

/// `scopes` is a list of words, or words separated by spaces as in OAuth's `scope`.
fn scopes(payload: &StrictObject) -> Result<Scopes, TokenError> {
    let granted = payload.get("scopes").or_else(|| payload.get("scope"));
    match granted {
        None | Some(Value::Null) => Err(TokenError::MissingClaim("scopes")),
        Some(Value::String(spaced)) => Ok(Scopes::from_spaced(spaced)),
        Some(Value::Array(words)) => {
            let words: Option<Vec<&str>> = words.iter().map(Value::as_str).collect();
            words.map(Scopes::new).ok_or(TokenError::Malformed)
        }
        Some(_) => Err(TokenError::Malformed),
    }
}

fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, TokenError> {
    text.parse().map_err(|_| TokenError::Malformed)
}
