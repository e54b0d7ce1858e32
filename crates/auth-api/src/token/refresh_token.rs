//! The refresh grant: each token works once. A token that is used again ends its login.

use artel_domain::TokenFamily;
use artel_identity::Scopes;
use artel_store::{Rotate, Rotation};
use metrics::counter;

use super::{Request, UNANSWERED_GRACE, after, noted};
use crate::error::OAuthError;
use crate::token_response::TokenResponse;

/// Issues new tokens. A `scope` parameter may name fewer scopes than the login has; the new access token gets those.
/// The login keeps its scopes, so that the next refresh may request all of them again (RFC 6749, 6).
pub(super) async fn answer(request: Request<'_>) -> Result<TokenResponse, OAuthError> {
    let app = request.app;
    let presented = request.fields.required("refresh_token")?;
    let wanted = wanted_scopes(&request, presented).await?;
    let successor = app.opaque.successor(presented);
    let rotate = Rotate {
        presented_hash: artel_identity::opaque_hash(presented),
        successor_hash: successor.hash.clone(),
        client_id: request.client.id.clone(),
        grace: app.config.refresh_grace,
        unanswered_grace: UNANSWERED_GRACE,
        expires_at: after(app.clock.now(), request.client.refresh_ttl_seconds),
    };
    let audit = request.audit(None, "auth.token_refresh");
    let rotation = app.store.rotate_refresh_token(rotate, audit).await?;
    if matches!(rotation, Rotation::Rotated(_)) {
        counter!("auth_refresh_token_rotations_total").increment(1);
    }
    match rotation {
        Rotation::Rotated(family) | Rotation::Repeated(family) => {
            let (tenant, login) = (family.tenant_id, family.id);
            let answer = request.tokens(&narrowed(family, wanted), &successor.secret).await?;
            noted(app.store.note_refresh_answered(tenant, login, &successor.hash).await);
            Ok(answer)
        }
        Rotation::Reused(_) => {
            app.gate.access_changed();
            Err(OAuthError::invalid_grant("Refresh token has been revoked (reuse detected)"))
        }
        Rotation::Revoked(_) => Err(OAuthError::invalid_grant("Refresh token has been revoked")),
        Rotation::Expired(_) => Err(OAuthError::invalid_grant("Refresh token has expired")),
        Rotation::WrongClient(_) | Rotation::Unknown => {
            Err(OAuthError::invalid_grant("Invalid or expired refresh token"))
        }
    }
}

/// The scopes that the request names. They are checked before the token is spent, so that the client may retry.
async fn wanted_scopes(request: &Request<'_>, presented: &str) -> Result<Option<Vec<String>>, OAuthError> {
    let Some(wanted) = request.fields.get("scope") else { return Ok(None) };
    let hash = artel_identity::opaque_hash(presented);
    let standing = request.app.store.find_refresh_token(&hash, request.app.clock.now()).await?;
    let wanted = Scopes::from_spaced(wanted).words().to_vec();
    // A token that is unknown or belongs to another client is refused with the usual error later.
    let Some(standing) = standing.filter(|standing| standing.family.client_id == request.client.id) else {
        return Ok(Some(wanted));
    };
    if wanted.iter().all(|scope| standing.family.scopes.contains(scope)) {
        return Ok(Some(wanted));
    }
    Err(OAuthError::invalid_scope("A requested scope is not one of this login"))
}

fn narrowed(family: TokenFamily, wanted: Option<Vec<String>>) -> TokenFamily {
    match wanted {
        Some(scopes) if !scopes.is_empty() => TokenFamily { scopes, ..family },
        _ => family,
    }
}
