//! What a token says, and the strict reading of it.

use artel_domain::{ApiKeyId, ClientId, FamilyId, TenantId, Timestamp, UserId};
use serde_json::Value;

use super::TokenError;
use super::strict::StrictObject;
use crate::Scopes;

/// Clocks of two machines may differ by less than this.
const LEEWAY_SECONDS: i64 = 30;

/// What a token is to be issued for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub user_id: UserId,
    pub tenant_id: TenantId,
    pub scopes: Scopes,
    /// The API key that was exchanged for the token; when it is revoked, the token stops working.
    pub key_id: Option<ApiKeyId>,
}

/// What a verified token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    pub grant: Grant,
    pub id: Option<String>,
    pub issued_at: Option<Timestamp>,
    pub expires_at: Timestamp,
    /// The OAuth client that the token was issued to, and the login it came of; the platform's own tokens name
    /// neither.
    pub client_id: Option<ClientId>,
    pub family_id: Option<FamilyId>,
}

/// Whose tokens they are, and so what they must say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Signed with the shared secret, by this platform or by whoever the operator gave it to: says what it needs to.
    Own,
    /// Signed by the auth service, which says everything. Its refresh tokens of old had the same claims, but for
    /// `type`.
    AuthService,
}

impl Claims {
    /// Reads the payload of a token whose signature is already known to be right.
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
        if origin == Origin::AuthService {
            check_completeness(payload)?;
        }
        Ok(Self {
            grant: Grant {
                user_id: parsed(payload.required_text("sub")?)?,
                tenant_id: parsed(payload.required_text("tenant_id")?)?,
                scopes: scopes(payload)?,
                key_id: payload.text("key_id")?.map(parsed).transpose()?,
            },
            id: payload.text("jti")?.map(str::to_owned),
            issued_at: payload.time("iat")?,
            expires_at: payload.time("exp")?.ok_or(TokenError::MissingClaim("exp"))?,
            client_id: payload.text("client_id")?.map(ClientId::new),
            family_id: payload.text("sid")?.map(parsed).transpose()?,
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
    // A key of the platform does not make tokens of the auth service.
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

/// `scopes` is a list of words or, like the `scope` of OAuth, words with spaces between them.
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
