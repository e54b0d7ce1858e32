//! The refresh grant: each token works once, and one that comes again ends the login that it came of.

use artel_store::{Rotate, Rotation};
use metrics::counter;

use super::{Request, after};
use crate::answer::TokenAnswer;
use crate::error::OAuthError;

/// A `scope` parameter is ignored: the scopes of a login do not change.
pub(super) async fn answer(request: Request<'_>) -> Result<TokenAnswer, OAuthError> {
    let app = request.app;
    let presented = request.fields.required("refresh_token")?;
    let successor = app.opaque.successor(presented);
    let rotate = Rotate {
        presented_hash: artel_identity::opaque_hash(presented),
        successor_hash: successor.hash,
        client_id: request.client.id.clone(),
        grace: app.config.refresh_grace,
        expires_at: after(app.clock.now(), request.client.refresh_ttl_seconds),
    };
    let audit = request.audit(None, "auth.token_refresh");
    match app.store.rotate_refresh_token(rotate, audit).await? {
        Rotation::Rotated(family) => {
            counter!("auth_refresh_token_rotations_total").increment(1);
            request.tokens(&family, &successor.secret).await
        }
        Rotation::Repeated(family) => request.tokens(&family, &successor.secret).await,
        Rotation::Reused(_) => Err(OAuthError::invalid_grant("Refresh token has been revoked (reuse detected)")),
        Rotation::Revoked(_) => Err(OAuthError::invalid_grant("Refresh token has been revoked")),
        Rotation::Expired(_) => Err(OAuthError::invalid_grant("Refresh token has expired")),
        Rotation::WrongClient(_) | Rotation::Unknown => {
            Err(OAuthError::invalid_grant("Invalid or expired refresh token"))
        }
    }
}
