//! The client credentials grant: a program that acts for itself. There is no refresh token, because the program can
//! always request a new token.

use super::Request;
use crate::error::OAuthError;
use crate::scopes;
use crate::token_response::{Subject, TokenResponse};

pub(super) async fn answer(request: Request<'_>) -> Result<TokenResponse, OAuthError> {
    let (app, client) = (request.app, &request.client);
    if !client.is_confidential {
        return Err(OAuthError::unauthorized_client("A client without a secret cannot act for itself"));
    }
    let scopes = scopes::granted(client, request.fields.get("scope"), true)?;
    let audit = request.audit(Some(client.user_id), "auth.client_login");
    app.store.record_audit(client.tenant_id, audit).await?;
    let subject = Subject {
        tenant_id: client.tenant_id,
        user_id: client.user_id,
        client_id: &client.id,
        scopes: &scopes,
        family_id: None,
        signed_in_at: app.clock.now(),
    };
    app.access_token(subject, client).await
}
