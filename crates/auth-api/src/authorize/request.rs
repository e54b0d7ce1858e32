//! The authorization request of a client. Nothing is sent to a redirect URI before it is known to be registered for the
//! client.

use artel_domain::{ClientId, GrantType, OAuthClient};
use artel_identity::pkce;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use url::Url;

use super::see_other;
use crate::error::OAuthError;
use crate::form::Fields;
use crate::seed::CONSOLE;
use crate::{AuthApp, redirect_uri, scopes};

/// A request whose redirect URI is registered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct AuthorizationRequest {
    client_id: ClientId,
    pub(super) redirect_uri: String,
    state: Option<String>,
    pub(super) scope: Option<String>,
    pub(super) challenge: String,
    pub(super) nonce: Option<String>,
    pub(super) login_hint: Option<String>,
}

/// Why there is no login page, and who is told.
pub(super) enum AuthorizationRefusal {
    /// The redirect URI may be wrong, so the person sees an error page.
    ErrorPage(OAuthError),
    ToClient {
        asked: Box<AuthorizationRequest>,
        code: &'static str,
        description: String,
    },
}

impl From<OAuthError> for AuthorizationRefusal {
    fn from(error: OAuthError) -> Self {
        Self::ErrorPage(error)
    }
}

/// Reads the request of the query string.
pub(super) async fn check(
    app: &AuthApp,
    fields: &Fields,
) -> Result<(AuthorizationRequest, OAuthClient), AuthorizationRefusal> {
    let asked = AuthorizationRequest {
        client_id: ClientId::new(fields.required("client_id")?),
        redirect_uri: fields.required("redirect_uri")?.to_owned(),
        state: fields.get("state").map(str::to_owned),
        scope: fields.get("scope").map(str::to_owned),
        challenge: fields.get("code_challenge").unwrap_or_default().to_owned(),
        nonce: fields.get("nonce").map(str::to_owned),
        login_hint: fields.get("login_hint").map(str::to_owned),
    };
    let (asked, client) = check_again(app, asked).await?;
    if let Some((code, description)) = fault(fields) {
        return Err(asked.refused(code, description));
    }
    if let Err(error) = scopes::granted(&client, asked.scope.as_deref(), true) {
        return Err(asked.refused(error.code(), error.description()));
    }
    Ok((asked, client))
}

/// Checks a request again: the client may have changed since the form was shown.
pub(super) async fn check_again(
    app: &AuthApp,
    asked: AuthorizationRequest,
) -> Result<(AuthorizationRequest, OAuthClient), AuthorizationRefusal> {
    let record = app.store.find_client(&asked.client_id).await.map_err(OAuthError::from)?;
    let client = record.map(|record| record.client).filter(OAuthClient::is_active);
    let client = client.ok_or_else(|| OAuthError::invalid_request("This application is not known here."))?;
    let own = (client.id.as_str() == CONSOLE).then_some(&app.config.console_redirects).into_iter().flatten();
    let mut known = client.redirect_uris.iter().chain(own);
    let is_known = known.any(|known| redirect_uri::is_registered(known, &asked.redirect_uri));
    if !is_known {
        return Err(OAuthError::invalid_request("The redirect_uri is not one of this application's.").into());
    }
    if !client.may_use(GrantType::AuthorizationCode) {
        return Err(asked.refused("unauthorized_client", "This client may not use the authorization code grant"));
    }
    Ok((asked, client))
}

/// The error of the other parameters. The redirect URI is known to be registered.
fn fault(fields: &Fields) -> Option<(&'static str, &'static str)> {
    match fields.get("response_type") {
        Some("code") => {}
        Some(_) => return Some(("unsupported_response_type", "Only response_type=code is supported")),
        None => return Some(("invalid_request", "The parameter response_type is missing")),
    }
    if fields.get("response_mode").is_some_and(|mode| mode != "query") {
        return Some(("invalid_request", "Only response_mode=query is supported"));
    }
    if fields.get("request").is_some() || fields.get("request_uri").is_some() {
        return Some(("request_not_supported", "Request objects are not supported"));
    }
    let Some(challenge) = fields.get("code_challenge") else {
        return Some(("invalid_request", "PKCE is required: send code_challenge and code_challenge_method=S256"));
    };
    // The default method would be `plain`, which gives little protection (RFC 7636, 4.2 and 7.2).
    if fields.get("code_challenge_method") != Some("S256") || !pkce::is_challenge(challenge) {
        return Some((
            "invalid_request",
            "PKCE is required with code_challenge_method=S256 and a challenge of 43 characters",
        ));
    }
    // This service has no browser sessions, so every user must sign in.
    (fields.get("prompt") == Some("none")).then_some(("login_required", "The user must sign in"))
}

impl AuthorizationRequest {
    pub(super) fn refused(&self, code: &'static str, description: impl Into<String>) -> AuthorizationRefusal {
        AuthorizationRefusal::ToClient { asked: Box::new(self.clone()), code, description: description.into() }
    }

    /// Redirects to the client with these parameters, its `state`, and the issuer (RFC 9207).
    pub(super) fn redirect(&self, app: &AuthApp, parameters: &[(&str, &str)]) -> Response {
        let mut url = match Url::parse(&self.redirect_uri) {
            Ok(url) => url,
            Err(error) => return axum::response::IntoResponse::into_response(OAuthError::internal(error)),
        };
        {
            let mut query = url.query_pairs_mut();
            query.extend_pairs(parameters);
            if let Some(state) = &self.state {
                query.append_pair("state", state);
            }
            query.append_pair("iss", &app.config.issuer);
        }
        see_other(url.as_str())
    }

    /// The targets of the form for the policy: this service and, because browsers apply the policy to redirects too,
    /// the client.
    pub(super) fn form_action(&self) -> String {
        let target = Url::parse(&self.redirect_uri).ok().map(|url| match url.origin() {
            // A policy cannot contain an address in brackets.
            url::Origin::Tuple(_, url::Host::Ipv6(_), _) | url::Origin::Opaque(_) => format!("{}:", url.scheme()),
            origin @ url::Origin::Tuple(..) => origin.ascii_serialization(),
        });
        format!("'self' {}", target.unwrap_or_default())
    }
}
