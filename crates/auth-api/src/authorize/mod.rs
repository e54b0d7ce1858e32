//! `/oauth/authorize`: the login page for people with a browser. It works without scripts. The form contains the
//! client's request, sealed and bound to a cookie, so that no other site can make a browser sign in.

mod form_state;
mod page;
mod request;

use axum::extract::State;
use axum::http::header::{CONTENT_SECURITY_POLICY, COOKIE, LOCATION, REFERRER_POLICY, SET_COOKIE, X_FRAME_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};

use artel_domain::OAuthClient;
use artel_store::NewCode;
use maud::Markup;
use secrecy::{ExposeSecret as _, SecretString};

use crate::audit::{By, Details as _};
use crate::bearer::Address;
use crate::error::OAuthError;
use crate::form::Fields;
use crate::guard::refusal;
use crate::login::TypedCredentials;
use crate::shapes;
use crate::{AuthApp, scopes};
use form_state::FormState;
use request::{AuthorizationRefusal, AuthorizationRequest};

/// RFC 6749 recommends at most ten minutes; the client exchanges the code at once.
const CODE_SECONDS: i64 = 60;
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Shows the login page for a client's request.
#[utoipa::path(get, path = "/oauth/authorize", tag = shapes::PAGES, security(()), params(shapes::AuthorizeParams),
    responses((status = OK, description = "The login page.", body = String, content_type = "text/html"),
        (status = SEE_OTHER, description = "Back to the client with an `error`."),
        (status = BAD_REQUEST, description = "A page that says what is wrong.", body = String, content_type = "text/html")))]
pub(crate) async fn show_login(State(app): State<AuthApp>, headers: HeaderMap, uri: Uri) -> Response {
    let shown = async {
        let fields = Fields::of_form(uri.query().unwrap_or_default().as_bytes())?;
        let (asked, client) = request::check(&app, &fields).await?;
        Ok::<_, AuthorizationRefusal>(login_page(&app, &headers, &asked, &client, None)?)
    };
    shown.await.unwrap_or_else(|refused| refuse(&app, refused))
}

/// Takes the submitted form and redirects the browser to the client, with a code or with the error `access_denied`.
#[utoipa::path(post, path = "/oauth/authorize", tag = shapes::PAGES, security(()),
    request_body(content = shapes::LoginForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = OK, description = "The page again: it was open for too long.", body = String,
        content_type = "text/html"),
        (status = SEE_OTHER, description = "Back to the client with a `code`, or an `error`."),
        (status = BAD_REQUEST, description = "A page that says what is wrong.", body = String, content_type = "text/html"),
        (status = UNAUTHORIZED, description = "The page again: wrong password.", body = String, content_type = "text/html"),
        (status = TOO_MANY_REQUESTS, description = "The page again.", body = String, content_type = "text/html")))]
pub(crate) async fn sign_in(
    State(app): State<AuthApp>,
    Address(ip): Address,
    headers: HeaderMap,
    fields: Result<Fields, OAuthError>,
) -> Response {
    let answered = async {
        let fields = fields?;
        if headers.get(SEC_FETCH_SITE).is_some_and(|site| site == "cross-site") {
            return Err(OAuthError::invalid_request("The form was sent from another site").into());
        }
        let ticket = FormState::of_form(&app, cookie(&headers), fields.required("form")?)?;
        let (asked, client) = request::check_again(&app, ticket.asked).await?;
        if fields.get("action") == Some("cancel") {
            return Err(asked.refused("access_denied", "The user did not agree"));
        }
        if ticket.is_old {
            return Ok(login_page(&app, &headers, &asked, &client, Some(&stale()))?);
        }
        match issue_code(&app, ip, &fields, &asked, &client).await {
            Ok(code) => Ok(asked.redirect(&app, &[("code", code.expose_secret())])),
            Err(error) if error.code() == "invalid_scope" => Err(asked.refused("invalid_scope", error.description())),
            Err(error) => {
                Ok(login_page(&app, &headers, &asked, &client, Some(&error)).map(|page| with_headers(page, error))?)
            }
        }
    };
    answered.await.unwrap_or_else(|refused| refuse(&app, refused))
}

/// Issues a code for a person whose password is right.
async fn issue_code(
    app: &AuthApp,
    ip: Option<std::net::IpAddr>,
    fields: &Fields,
    asked: &AuthorizationRequest,
    client: &OAuthClient,
) -> Result<SecretString, OAuthError> {
    if let Some(admission) = app.guard.admit_address("login", ip).await?.filter(|admission| !admission.allowed) {
        return Err(refusal(&admission));
    }
    let missing = || OAuthError::invalid_request("Enter your username and your password.");
    let name = fields.get("username").ok_or_else(missing)?.to_owned();
    let password = fields.secret("password").ok_or_else(missing)?;
    let account = app.sign_in(TypedCredentials { name, password }, client, ip).await?;
    let scopes = scopes::granted(client, asked.scope.as_deref(), account.is_admin)?;
    let code = app.opaque.new_code()?;
    let now = app.clock.now();
    let new = NewCode {
        hash: code.hash,
        tenant_id: account.tenant_id,
        user_id: account.user_id,
        client_id: client.id.clone(),
        redirect_uri: asked.redirect_uri.clone(),
        scopes,
        challenge: asked.challenge.clone(),
        nonce: asked.nonce.clone(),
        expires_at: artel_domain::clock::micros(now.as_microsecond() + CODE_SECONDS * 1_000_000),
    };
    let by = By { user: Some(account.user_id), ip };
    let audit = app.audit(by, "auth.authorize", ("user", account.user_id)).with_client(&client.id);
    if app.store.save_code(new, audit).await? {
        Ok(code.secret)
    } else {
        Err(OAuthError::invalid_grant("Invalid username or password"))
    }
}

fn login_page(
    app: &AuthApp,
    headers: &HeaderMap,
    asked: &AuthorizationRequest,
    client: &OAuthClient,
    error: Option<&OAuthError>,
) -> Result<Response, OAuthError> {
    // A second tab uses the cookie of the first.
    let known = cookie(headers).filter(|value| form_state::is_cookie(value)).map(str::to_owned);
    let cookie = match known {
        Some(cookie) => cookie,
        None => form_state::new_cookie()?,
    };
    let form = form_state::seal(app, &cookie, asked)?;
    let scopes = scopes::granted(client, asked.scope.as_deref(), true)?;
    let view = page::Login {
        client,
        scopes: &scopes,
        form: &form,
        name: asked.login_hint.as_deref(),
        error: error.map(OAuthError::description),
    };
    let status = error.map_or(StatusCode::OK, OAuthError::status);
    let mut response = html(status, page::login(&view), &asked.form_action());
    let secure = if app.config.is_https() { "; Secure" } else { "" };
    let set = format!("{}={cookie}; Path=/oauth/authorize; HttpOnly; SameSite=Lax{secure}", form_state::COOKIE_NAME);
    if let Ok(value) = HeaderValue::from_str(&set) {
        response.headers_mut().insert(SET_COOKIE, value);
    }
    Ok(response)
}

fn stale() -> OAuthError {
    OAuthError::invalid_request("This page was open for too long. Please sign in again.")
}

fn with_headers(mut page: Response, error: OAuthError) -> Response {
    page.headers_mut().extend(error.into_headers());
    page
}

/// Sends an error that is meant for the client back to it. Any other error is shown as a page without a redirect.
fn refuse(app: &AuthApp, refused: AuthorizationRefusal) -> Response {
    match refused {
        AuthorizationRefusal::ToClient { asked, code, description } => {
            asked.redirect(app, &[("error", code), ("error_description", &description)])
        }
        AuthorizationRefusal::ErrorPage(error) => {
            let page = html(error.status(), page::failure(error.description()), "'none'");
            with_headers(page, error)
        }
    }
}

fn html(status: StatusCode, page: Markup, form_action: &str) -> Response {
    let mut response = (status, Html(page.into_string())).into_response();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&page::content_security_policy(form_action)) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// 303: the browser follows with GET and does not send the form again (RFC 9110, 15.4.4).
fn see_other(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => {
            let mut response = StatusCode::SEE_OTHER.into_response();
            response.headers_mut().insert(LOCATION, location);
            response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
            response
        }
        Err(error) => OAuthError::internal(error).into_response(),
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let pairs =
        headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == form_state::COOKIE_NAME)
        .map(|(_, value)| value)
}
