//! The auth service as an OAuth client sees it. It is asked within the process, with the address of the browser, so
//! that its limits count whoever asks.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{Method, Request, StatusCode};
use axum::response::Response;
use http_body_util::{BodyExt as _, Limited};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tower::ServiceExt as _;
use url::form_urlencoded;

use crate::place::CLIENT;

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");
const LARGEST: usize = 64 * 1024;

/// The routes of the service.
pub(crate) struct AuthService(Router);

/// What a login is worth.
#[derive(Deserialize)]
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
    pub(crate) expires_in: i64,
}

/// Why there are no tokens.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The login or the code is over.
    Ended,
    /// Ask again later; how many seconds later, as the service said it.
    Later(Option<HeaderValue>),
}

#[derive(Deserialize)]
struct UserInfo {
    preferred_username: String,
}

impl AuthService {
    pub(crate) fn new(routes: Router) -> Self {
        Self(routes)
    }

    /// Exchanges the code of the login page.
    pub(crate) async fn redeem(
        &self,
        browser: &Parts,
        code: &str,
        verifier: &str,
        redirect_uri: &str,
    ) -> Result<Tokens, Refused> {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT),
            ("code", code),
            ("code_verifier", verifier),
            ("redirect_uri", redirect_uri),
        ];
        self.tokens(browser, &form).await
    }

    /// The next tokens of a login.
    pub(crate) async fn refresh(&self, browser: &Parts, refresh_token: &str) -> Result<Tokens, Refused> {
        let form = [("grant_type", "refresh_token"), ("client_id", CLIENT), ("refresh_token", refresh_token)];
        self.tokens(browser, &form).await
    }

    /// Ends a login. One that is over already is no error.
    pub(crate) async fn revoke(&self, browser: &Parts, refresh_token: &str) -> StatusCode {
        self.ask(browser, "/oauth/revoke", &[("client_id", CLIENT), ("token", refresh_token)]).await.status()
    }

    /// The name of the person whose token this is.
    pub(crate) async fn name(&self, browser: &Parts, access_token: &str) -> Option<String> {
        let mut request = request(browser, Method::GET, "/oauth/userinfo", Body::empty());
        request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {access_token}")).ok()?);
        let Ok(response) = self.0.clone().oneshot(request).await;
        read::<UserInfo>(response).await.map(|info| info.preferred_username)
    }

    async fn tokens(&self, browser: &Parts, form: &[(&str, &str)]) -> Result<Tokens, Refused> {
        let response = self.ask(browser, "/oauth/token", form).await;
        match response.status() {
            StatusCode::OK => read(response).await.ok_or(Refused::Later(None)),
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED => Err(Refused::Ended),
            _ => Err(Refused::Later(response.headers().get(RETRY_AFTER).cloned())),
        }
    }

    async fn ask(&self, browser: &Parts, path: &'static str, form: &[(&str, &str)]) -> Response {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let mut request = request(browser, Method::POST, path, body.into());
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let Ok(response) = self.0.clone().oneshot(request).await;
        response
    }
}

/// A request that comes from where the browser is.
fn request(browser: &Parts, method: Method, path: &'static str, body: Body) -> Request<Body> {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = axum::http::Uri::from_static(path);
    if let Some(peer) = browser.extensions.get::<ConnectInfo<SocketAddr>>() {
        request.extensions_mut().insert(*peer);
    }
    for hop in browser.headers.get_all(FORWARDED) {
        request.headers_mut().append(FORWARDED, hop.clone());
    }
    request
}

async fn read<T: DeserializeOwned>(response: Response) -> Option<T> {
    if !response.status().is_success() {
        return None;
    }
    let body = Limited::new(response.into_body(), LARGEST).collect().await.ok()?;
    serde_json::from_slice(&body.to_bytes()).ok()
}
