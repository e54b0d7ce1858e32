//! How a request shows who asks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use serde_json::{Map, Value};
use url::Url;

use super::address::fill_url;
use super::{BuildError, Call, HttpRequest, set};
use crate::account::Secrets;
use crate::schema::{Connector, Send, SignInRequest, Template};

/// Writes what the scheme sends into the parts of a request.
pub(super) fn apply(
    call: &Call<'_>,
    query: &mut Vec<(String, String)>,
    headers: &mut HeaderMap,
    content: &mut Option<Value>,
) -> Result<(), BuildError> {
    let Some(scheme) = call.secrets.scheme() else { return missing(call) };
    for send in scheme.send.iter().filter(|send| has_all(send, call.secrets)) {
        match send {
            Send::Header { name, value } => sign_header(headers, name, &fill(value, call.secrets)?)?,
            Send::Query { name, value } => query.push((name.clone(), fill(value, call.secrets)?)),
            Send::Body { at, value } => {
                at.write(content.get_or_insert_with(|| Value::Object(Map::new())), fill(value, call.secrets)?.into());
            }
            Send::Basic { username, password } => {
                let pair = format!("{}:{}", fill(username, call.secrets)?, fill(password, call.secrets)?);
                sign_header(headers, "authorization", &format!("Basic {}", STANDARD.encode(pair)))?;
            }
            Send::HeadersOf { member } => {
                for (name, value) in members(call.secrets, member) {
                    sign_header(headers, &name, &value)?;
                }
            }
            Send::QueryOf { member } => query.extend(members(call.secrets, member)),
        }
    }
    Ok(())
}

fn missing(call: &Call<'_>) -> Result<(), BuildError> {
    if call.connector.auth.is_empty() {
        return Ok(());
    }
    Err(BuildError::credential("members", "are not enough for any way to sign in"))
}

/// As [`set`], with an error that does not hold the value's name for a parameter.
fn sign_header(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), BuildError> {
    set(headers, name, value).map_err(|_| BuildError::credential(name, "cannot be sent as a header"))?;
    if let Some(value) = headers.get_mut(name) {
        value.set_sensitive(true);
    }
    Ok(())
}

fn has_all(send: &Send, secrets: &Secrets<'_>) -> bool {
    let names: Vec<&str> = match send {
        Send::Header { value, .. } | Send::Query { value, .. } | Send::Body { value, .. } => value.names().collect(),
        Send::Basic { username, password } => username.names().chain(password.names()).collect(),
        Send::HeadersOf { member } | Send::QueryOf { member } => return secrets.value(member).is_some(),
    };
    // What is obtained on the way is never left out: its absence is a fault that `fill` tells.
    names.iter().all(|name| matches!(*name, "session" | "access_token") || secrets.text(name).is_some())
}

fn members(secrets: &Secrets<'_>, member: &str) -> Vec<(String, String)> {
    let members = secrets.value(member).and_then(Value::as_object).into_iter().flatten();
    members.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
}

fn fill(template: &Template, secrets: &Secrets<'_>) -> Result<String, BuildError> {
    template.fill(|name| secrets.text(name).ok_or_else(|| BuildError::credential(name, "is missing")))
}

/// The request that opens or closes a session.
///
/// # Errors
/// A member of the credential that is missing or malformed.
pub fn sign_in(
    connector: &Connector,
    request: &SignInRequest,
    secrets: &Secrets<'_>,
) -> Result<HttpRequest, BuildError> {
    let url = Url::parse(&fill_url(connector, &request.url, secrets)?).map_err(|_| BuildError::Address)?;
    let mut headers = HeaderMap::new();
    for (name, value) in &connector.headers {
        set(&mut headers, name, value)?;
    }
    let mut body = None;
    if let Some(json) = &request.json {
        set(&mut headers, "content-type", connector.rpc.as_ref().map_or("application/json", |rpc| &rpc.media_type))?;
        body = Some(fill_json(json, secrets)?.to_string().into_bytes());
    }
    if !request.form.is_empty() {
        set(&mut headers, "content-type", "application/x-www-form-urlencoded")?;
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &request.form {
            form.append_pair(name, &fill(value, secrets)?);
        }
        body = Some(form.finish().into_bytes());
    }
    for (name, value) in &request.headers {
        sign_header(&mut headers, name, &fill(value, secrets)?)?;
    }
    Ok(HttpRequest { method: request.method, url, headers, body })
}

/// Texts in JSON are templates; a member whose template lacks a value is left out.
fn fill_json(value: &Value, secrets: &Secrets<'_>) -> Result<Value, BuildError> {
    Ok(match value {
        Value::String(text) => {
            let template = Template::try_from(text.clone()).map_err(|_| BuildError::Address)?;
            fill(&template, secrets)?.into()
        }
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| fill_json(item, secrets)).collect::<Result<_, _>>()?)
        }
        Value::Object(members) => {
            let mut filled = Map::new();
            for (name, member) in members {
                if !is_optional_and_absent(member, secrets) {
                    filled.insert(name.clone(), fill_json(member, secrets)?);
                }
            }
            Value::Object(filled)
        }
        other => other.clone(),
    })
}

fn is_optional_and_absent(value: &Value, secrets: &Secrets<'_>) -> bool {
    let template = value.as_str().and_then(|text| Template::try_from(text.to_owned()).ok());
    template.is_some_and(|template| template.names().any(|name| secrets.text(name).is_none()))
}
