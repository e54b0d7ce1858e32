//! The authorization code grant, always with PKCE: the client exchanges the code from the login page for tokens.

use artel_domain::FamilyId;
use artel_identity::pkce;
use artel_store::{Redeem, Redemption};

use super::{Request, UNANSWERED_GRACE, after, noted};
use crate::error::OAuthError;
use crate::token_response::TokenResponse;

pub(super) async fn answer(request: Request<'_>) -> Result<TokenResponse, OAuthError> {
    let app = request.app;
    let code = request.fields.required("code")?;
    let redirect_uri = request.fields.required("redirect_uri")?.to_owned();
    let verifier = request.fields.required("code_verifier")?;
    if !pkce::is_verifier(verifier) {
        return Err(OAuthError::invalid_request(
            "code_verifier must be 43 to 128 of the characters A-Z a-z 0-9 - . _ ~",
        ));
    }
    // Presented again, the code derives the same token, although the store has never seen its text.
    let token = app.opaque.successor(code);
    let ends = after(app.clock.now(), request.client.refresh_ttl_seconds);
    let hash = artel_identity::opaque_hash(code);
    let redeem = Redeem {
        hash: hash.clone(),
        client_id: request.client.id.clone(),
        redirect_uri,
        challenge: pkce::s256(verifier),
        family_id: FamilyId(app.clock.uuid()),
        token_hash: token.hash,
        unanswered_grace: UNANSWERED_GRACE,
        token_expires_at: ends,
        family_expires_at: ends,
    };
    match app.store.redeem_code(redeem, request.audit(None, "auth.code_redeem")).await? {
        Redemption::Redeemed(family, nonce) => {
            let id_token = app.id_token(&family, nonce.as_deref()).await?;
            let answer = request.tokens(&family, &token.secret).await?.with_id_token(id_token);
            noted(app.store.note_code_answered(&hash).await);
            Ok(answer)
        }
        Redemption::Reused => {
            app.gate.access_changed();
            Err(OAuthError::invalid_code("The code was used before; the login that came of it was ended"))
        }
        Redemption::Expired => Err(OAuthError::invalid_code("The code has expired")),
        Redemption::Mismatch | Redemption::Inactive | Redemption::Unknown => {
            Err(OAuthError::invalid_code("The code is not valid for this client, redirect_uri and code_verifier"))
        }
    }
}
