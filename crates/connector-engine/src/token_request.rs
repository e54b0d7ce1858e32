//! What is asked to get a token, and what comes back. No I/O.

use artel_connectors::Secrets;
use artel_connectors::request::HttpRequest;
use artel_connectors::schema::{ClientIn, Found, Grant, Login, Method, Oauth2, Template, TokenRequestForm};
use artel_tools::{TokenReply, lifetime_seconds};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, header};
use serde_json::{Map, Value};
use url::Url;

use crate::attempt::Reply;

/// A token as a service gave it.
pub(crate) struct Given {
    pub(crate) value: String,
    pub(crate) refresh_token: Option<String>,
    pub(crate) lifetime_seconds: u64,
}

/// The request for a token.
///
/// # Arguments
/// * `refresh_token`: the newest one that is known.
///
/// # Errors
/// What the credential lacks.
pub(crate) fn request(
    oauth2: &Oauth2,
    secrets: &Secrets<'_>,
    refresh_token: Option<&str>,
) -> Result<HttpRequest, String> {
    let fill = |template: &Template| template.fill(|name| secrets.text(name).ok_or_else(|| missing(name)));
    let mut pairs = fields(oauth2, secrets, refresh_token)?;
    for (name, template) in &oauth2.extra {
        // What the credential does not have is not sent.
        if template.names().all(|member| secrets.text(member).is_some()) {
            pairs.push((name.clone(), fill(template)?));
        }
    }
    let url = fill(&oauth2.token_url)?;
    let mut url = Url::parse(&url).map_err(|_| "the token address is no URL".to_owned())?;
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    if oauth2.client == ClientIn::Basic {
        headers.insert(header::AUTHORIZATION, basic(secrets)?);
    }
    let (method, body) = match oauth2.write_as {
        TokenRequestForm::Query => {
            url.query_pairs_mut().extend_pairs(&pairs);
            (Method::Get, None)
        }
        TokenRequestForm::Form => {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(&pairs);
            (Method::Post, Some(form.finish().into_bytes()))
        }
        TokenRequestForm::Json => {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            let members: Map<String, Value> = pairs.into_iter().map(|(name, value)| (name, value.into())).collect();
            (Method::Post, Some(Value::Object(members).to_string().into_bytes()))
        }
    };
    Ok(HttpRequest { method, url, headers, body })
}

fn fields(
    oauth2: &Oauth2,
    secrets: &Secrets<'_>,
    refresh_token: Option<&str>,
) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    let mut push = |name: &str, value: String| pairs.push((name.to_owned(), value));
    match oauth2.grant {
        Grant::ClientCredentials => push("grant_type", "client_credentials".to_owned()),
        Grant::RefreshToken | Grant::AuthorizationCode => push("grant_type", "refresh_token".to_owned()),
    }
    if oauth2.client == ClientIn::Body {
        push("client_id", secrets.text("client_id").ok_or_else(|| missing("client_id"))?);
        if let Some(secret) = secrets.text("client_secret") {
            push("client_secret", secret);
        }
    }
    match oauth2.grant {
        // A scope in a refresh would narrow the token, and services differ in how they take it.
        Grant::ClientCredentials => {
            if let Some(scope) = &oauth2.scope {
                push("scope", scope.clone());
            }
        }
        Grant::RefreshToken | Grant::AuthorizationCode => {
            push("refresh_token", refresh_token.ok_or_else(|| missing("refresh_token"))?.to_owned());
        }
    }
    Ok(pairs)
}

fn missing(member: &str) -> String {
    format!("the credential has no {member}")
}

/// RFC 6749, 2.3.1: both parts are form-encoded before they are joined.
fn basic(secrets: &Secrets<'_>) -> Result<HeaderValue, String> {
    let part = |name: &str| secrets.text(name).ok_or_else(|| missing(name));
    let encode = |text: String| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let joined = format!("{}:{}", encode(part("client_id")?), encode(part("client_secret")?));
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(joined)))
        .map_err(|_| "the client's id and secret cannot be sent".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

/// The token in a reply to [`request`]; `None` when there is none.
pub(crate) fn given(oauth2: &Oauth2, reply: &TokenReply) -> Option<Given> {
    let body = reply.body();
    let text = |value: &Value| value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    Some(Given {
        value: oauth2.access_token.find(body).and_then(text)?,
        refresh_token: oauth2.refresh_token.find(body).and_then(text),
        lifetime_seconds: oauth2.expires_in.find(body).and_then(lifetime_seconds).unwrap_or(oauth2.lifetime_seconds),
    })
}

/// The session in a reply to a login; `None` when there is none.
pub(crate) fn session(login: &Login, reply: &Reply, told: Option<&TokenReply>) -> Option<Given> {
    let value = match &login.session {
        Found::At(at) => at.find(told?.body())?.as_str()?.to_owned(),
        Found::Header(name) => reply.headers.get(name)?.to_str().ok()?.to_owned(),
        Found::Body => std::str::from_utf8(&reply.body).ok()?.trim().trim_matches('"').to_owned(),
    };
    // A page or a sentence in its place is no session.
    let is_one = !value.is_empty() && !value.starts_with(['<', '{']) && !value.contains(char::is_whitespace);
    is_one.then_some(Given { value, refresh_token: None, lifetime_seconds: login.lifetime_seconds })
}
