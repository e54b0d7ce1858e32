//! The password grant, for this installation's own clients only, because the client sees the password. Current guidance
//! forbids the grant (RFC 9700, 2.4), but CodeLab's IDE supports no other.

use artel_store::NewFamily;

use super::Request;
use crate::error::OAuthError;
use crate::login::TypedCredentials;
use crate::scopes;
use crate::token_response::TokenResponse;

pub(super) async fn answer(request: Request<'_>) -> Result<TokenResponse, OAuthError> {
    let (app, client) = (request.app, &request.client);
    if !client.is_first_party {
        return Err(OAuthError::unauthorized_client(
            "Only first-party clients may ask for passwords; use authorization_code",
        ));
    }
    let name = request.fields.required("username")?.to_owned();
    let password = request.fields.required_secret("password")?;
    let account = app.sign_in(TypedCredentials { name, password }, client, request.ip).await?;
    let scopes = scopes::granted(client, request.fields.get("scope"), account.is_admin)?;

    let family = request.new_family(account.tenant_id, account.user_id, scopes);
    let token = app.opaque.new_refresh_token()?;
    let audit = request.audit(Some(account.user_id), "auth.login");
    let new = NewFamily { family: family.clone(), token_hash: token.hash };
    if !app.store.start_family(new, audit).await? {
        // The account or the client has just been deactivated.
        return Err(OAuthError::invalid_grant("Invalid username or password"));
    }
    request.tokens(&family, &token.secret).await
}
