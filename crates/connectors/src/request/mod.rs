//! From an operation, its parameters and a credential to the request that the service documents.

mod address;
mod body;
mod effect;
mod encode;
mod encoded;
mod multipart;
mod place;
mod sign;

use std::fmt;

use artel_egress::{is_closed_to_callers, is_of_connection};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};
use url::Url;

pub use address::{base_url, bases_of, hosts_of, shown_base_urls};
pub(crate) use address::{leaves, path_names};
pub(crate) use effect::is_other_method;
pub use effect::{surely_reads, writes};
pub(crate) use place::given;
pub use sign::sign_in;

use crate::account::Secrets;
use crate::schema::{Connector, KeyIn, Method, Module, Operation, Place};

/// What a request is made of.
#[derive(Clone)]
pub struct Call<'a> {
    pub connector: &'a Connector,
    pub module: &'a Module,
    pub operation: &'a Operation,
    /// Fit [`parameters_schema`](crate::parameters_schema): the caller has checked them.
    pub params: &'a Map<String, Value>,
    pub secrets: &'a Secrets<'a>,
    /// The same for each repetition of one intent.
    pub idempotency_key: Option<&'a str>,
}

/// A request, ready to be sent. What prints it shows no path, because a secret may stand there.
#[derive(Clone)]
pub struct HttpRequest {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Option<Vec<u8>>,
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.as_str(), self.url.host_str().unwrap_or_default())
    }
}

/// Why no request can be made. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    #[error("{name}: {message}")]
    Parameter { name: String, message: String },
    #[error("the credential's {member} {message}")]
    Credential { member: String, message: String },
    #[error("the address that the connector describes is no URL")]
    Address,
}

impl BuildError {
    pub(crate) fn parameter(name: &str, message: impl Into<String>) -> Self {
        Self::Parameter { name: name.to_owned(), message: message.into() }
    }

    pub(crate) fn credential(member: &str, message: impl Into<String>) -> Self {
        Self::Credential { member: member.to_owned(), message: message.into() }
    }
}

/// Makes the request of a call.
///
/// # Errors
/// Which parameter or member of the credential does not fit, and what would.
pub fn build(call: &Call<'_>) -> Result<HttpRequest, BuildError> {
    let mut query = address::query(call)?;
    let mut headers = headers(call)?;
    let mut written = body::content(call)?;
    sign::apply(call, &mut query, &mut headers, &mut written)?;
    if let (Some(idempotency), Some(key)) = (&call.operation.idempotency, call.idempotency_key) {
        match idempotency.place {
            KeyIn::Query => query.push((idempotency.name.clone(), key.to_owned())),
            KeyIn::Header => set(&mut headers, &idempotency.name, key)?,
        }
    }
    let (media_type, body) = body::write(call, written)?.unzip();
    if let Some(media_type) = media_type {
        set(&mut headers, "content-type", &media_type)?;
    }
    Ok(HttpRequest { method: method(call)?, url: address::url(call, &query)?, headers, body })
}

/// Where an operation goes, for people: its path, or the JSON-RPC method.
pub fn path_shown(operation: &Operation) -> &str {
    operation.rpc.as_deref().unwrap_or(&operation.path)
}

fn method(call: &Call<'_>) -> Result<Method, BuildError> {
    let Some(chosen) = given(call.operation, call.params).find(|given| given.parameter.place == Place::Method) else {
        return Ok(call.operation.method);
    };
    let known = chosen.value.as_str().and_then(Method::parse);
    known.ok_or_else(|| BuildError::parameter(chosen.name, "is one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"))
}

fn headers(call: &Call<'_>) -> Result<HeaderMap, BuildError> {
    let mut headers = HeaderMap::new();
    for (name, value) in call.connector.headers.iter().chain(&call.operation.always.headers) {
        set(&mut headers, name, value)?;
    }
    if let Some(accept) = &call.operation.reply.accept {
        set(&mut headers, "accept", accept)?;
    }
    for given in given(call.operation, call.params) {
        match given.parameter.place {
            Place::Header => {
                refuse_reserved(given.name, given.wire_name())?;
                set(&mut headers, given.wire_name(), &given.text()?)?;
            }
            Place::HeaderMap => {
                for (name, value) in given.members()? {
                    refuse_reserved(given.name, &name)?;
                    set(&mut headers, &name, &value)?;
                }
            }
            _ => {}
        }
    }
    Ok(headers)
}

/// Headers that are not a caller's to set: who asks, where to, by which method, and how the connection is used.
fn refuse_reserved(parameter: &str, name: &str) -> Result<(), BuildError> {
    if is_closed_to_callers(name) {
        return Err(BuildError::parameter(parameter, format!("the header {name} cannot be set here")));
    }
    Ok(())
}

/// Every header of every request is written here.
pub(crate) fn set(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), BuildError> {
    if is_of_connection(name) {
        return Err(BuildError::parameter(name, "belongs to the connection and cannot be set"));
    }
    let odd = || BuildError::parameter(name, "is no header: names are ASCII words, values have no line breaks");
    let name: HeaderName = name.parse().map_err(|_| odd())?;
    headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).map_err(|_| odd())?);
    Ok(())
}

#[cfg(test)]
mod tests;
