//! `POST /oauth/token`: one file for each grant.

mod authorization_code;
mod client_credentials;
mod password;
mod refresh_token;

use std::net::IpAddr;
use std::time::{Duration, Instant};

use artel_domain::{FamilyId, GrantType, OAuthClient, TenantId, TokenFamily, UserId};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use metrics::{counter, histogram};
use secrecy::SecretString;

use crate::AuthApp;
use crate::audit::{By, Details as _};
use crate::bearer::Address;
use crate::client_auth::ClientCredentials;
use crate::error::OAuthError;
use crate::form::Fields;
use crate::shapes;
use crate::token_response::{Subject, TokenResponse};

/// How long a code or a refresh token may come again while nobody noted that its answer was given: the database may
/// have kept what it did not confirm, and the client was told to try again.
const UNANSWERED_GRACE: Duration = Duration::from_mins(10);

/// The parts of a token request that all grants share.
struct Request<'a> {
    app: &'a AuthApp,
    client: OAuthClient,
    fields: &'a Fields,
    ip: Option<IpAddr>,
}

/// Issues tokens for a password, a code, a refresh token, or a client's secret.
#[utoipa::path(post, path = "/oauth/token", tag = shapes::TOKENS, security((), ("basic" = [])),
    request_body(content(
        (shapes::TokenRequest = "application/x-www-form-urlencoded", example = json!({ "grant_type": "password", "username": "ada", "password": "…", "client_id": "codelab-flutter-app" })),
        (shapes::TokenRequest = "application/json"))),
    responses((status = OK, description = "The tokens.", body = TokenResponse),
        (status = UNAUTHORIZED, response = shapes::Unauthenticated)))]
pub(crate) async fn issue_token(
    State(app): State<AuthApp>,
    Address(ip): Address,
    headers: HeaderMap,
    fields: Result<Fields, OAuthError>,
) -> Result<Json<TokenResponse>, OAuthError> {
    let start = Instant::now();
    let grant = fields.as_ref().ok().and_then(|fields| fields.get("grant_type")).and_then(GrantType::parse);
    let answer = match fields {
        Ok(fields) => answer(&app, grant, &headers, &fields, ip).await,
        Err(error) => Err(error),
    };
    let (grant, status) =
        (grant.map_or("other", GrantType::as_str), answer.as_ref().err().map_or("ok", OAuthError::code));
    counter!("auth_token_requests_total", "grant_type" => grant, "status" => status).increment(1);
    histogram!("auth_token_request_duration_seconds", "grant_type" => grant).record(start.elapsed().as_secs_f64());
    answer.map(Json)
}

async fn answer(
    app: &AuthApp,
    grant: Option<GrantType>,
    headers: &HeaderMap,
    fields: &Fields,
    ip: Option<IpAddr>,
) -> Result<TokenResponse, OAuthError> {
    fields.required("grant_type")?;
    let shown = ClientCredentials::of(headers, fields)?;
    let grant = grant.filter(|grant| app.offers(*grant)).ok_or_else(OAuthError::unsupported_grant_type)?;
    let client = app.client(&shown, ip).await?;
    if !client.may_use(grant) {
        return Err(OAuthError::unauthorized_client("This client may not use this grant type"));
    }
    let request = Request { app, client, fields, ip };
    match grant {
        GrantType::Password => password::answer(request).await,
        GrantType::RefreshToken => refresh_token::answer(request).await,
        GrantType::AuthorizationCode => authorization_code::answer(request).await,
        GrantType::ClientCredentials => client_credentials::answer(request).await,
    }
}

impl AuthApp {
    /// Whether this installation supports the grant.
    pub(crate) fn offers(&self, grant: GrantType) -> bool {
        grant != GrantType::Password || self.config.password_grant
    }
}

impl Request<'_> {
    fn by(&self, user: Option<UserId>) -> By {
        By { user, ip: self.ip }
    }

    fn audit(&self, user: Option<UserId>, action: &'static str) -> artel_domain::AuditEntry {
        let entity = user.map(|user| user.to_string()).unwrap_or_default();
        self.app.audit(self.by(user), action, ("user", entity)).with_client(&self.client.id)
    }

    fn new_family(&self, tenant_id: TenantId, user_id: UserId, scopes: Vec<String>) -> TokenFamily {
        let now = self.app.clock.now();
        let ends = after(now, self.client.refresh_ttl_seconds);
        TokenFamily {
            id: FamilyId(self.app.clock.uuid()),
            tenant_id,
            user_id,
            client_id: self.client.id.clone(),
            scopes,
            created_at: now,
            token_expires_at: ends,
            expires_at: ends,
            revoked_at: None,
        }
    }

    /// The response for a login, with a refresh token when the client may use one.
    async fn tokens(&self, family: &TokenFamily, refresh_token: &SecretString) -> Result<TokenResponse, OAuthError> {
        let answer = self.app.access_token(Subject::of(family), &self.client).await?;
        Ok(if self.client.may_use(GrantType::RefreshToken) { answer.with_refresh_token(refresh_token) } else { answer })
    }
}

/// Whether the note was kept, the answer is given: without it the token may come again for longer.
fn noted(kept: artel_store::Result<()>) {
    if let Err(error) = kept {
        tracing::warn!(%error, "it was not noted that tokens were given to their client");
    }
}

fn after(now: artel_domain::Timestamp, seconds: i64) -> artel_domain::Timestamp {
    artel_domain::clock::micros(now.as_microsecond().saturating_add(seconds.saturating_mul(1_000_000)))
}
