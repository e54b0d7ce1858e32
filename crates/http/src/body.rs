//! JSON bodies: 400 when they are not JSON, 413 when too large, 415 when they say to be something else or compressed,
//! 422 with the place when they do not fit. The whole body is checked for NUL characters, which one of the databases
//! cannot store.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use artel_domain::{client_text, read_foreign_json, why_no_json};
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Number, Value};
use sha2::{Digest, Sha256};

mod apart;
mod coding;
mod faults;
mod place;

pub use apart::{Apart, ApartBody};
pub use coding::check_coding;
pub use faults::{Checked, Faults};

use crate::sender::BodyCut;
use crate::{FieldError, Prefer, Problem};
use place::Place;

/// Larger bodies are answered 413, unless a route has a limit of its own.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// A request body that fits its type.
#[derive(Debug, Clone)]
pub struct Body<T> {
    pub value: T,
    /// Hex SHA-256 of the bytes as they came, for idempotency.
    pub digest: String,
}

impl<T: DeserializeOwned + Checked, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        check_content_type(request.headers())?;
        check_coding(request.headers())?;
        let strict = Prefer::of(request.headers()).strict;
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| unread(&rejection))?;
        let value = read(&bytes, strict)?;
        Ok(Self { value, digest: hex::encode(Sha256::digest(&bytes)) })
    }
}

/// Only types that are clearly something else are refused: `curl -d` says "form" when it sends JSON.
fn check_content_type(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(value) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let essence = value.to_str().unwrap_or("?").split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let fits = matches!(
        essence.as_str(),
        "" | "application/json" | "application/x-www-form-urlencoded" | "text/plain" | "text/json"
    ) || (essence.starts_with("application/") && essence.ends_with("+json"));
    if fits {
        return Ok(());
    }
    let message = format!("Send the body as application/json, not {essence}.");
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message))
}

/// All bytes of a request whose body may be anything, as many as its route takes.
///
/// # Arguments
/// * `patience`: how long the whole of them may take to come. Whoever holds a place meanwhile gives it back then.
///
/// # Errors
/// 413 when there are more, 400 and 408 when they did not come to their end.
pub async fn raw(request: Request, patience: Duration) -> Result<Bytes, Problem> {
    let read = tokio::time::timeout(patience, Bytes::from_request(request, &())).await;
    read.map_err(|_| too_slow(patience))?.map_err(|rejection| unread(&rejection))
}

fn too_slow(patience: Duration) -> Problem {
    let message = format!("The body did not come within {} s; send the request again.", patience.as_secs());
    Problem::new(StatusCode::REQUEST_TIMEOUT, "body_timeout", message)
}

fn unread(rejection: &BytesRejection) -> Problem {
    match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => too_large(),
        other => match BodyCut::of(other) {
            Some(BodyCut::AccessEnded) => crate::standing::ended(),
            Some(BodyCut::Silent) => {
                let message = "Nothing of the body came for a minute; send the request again.";
                Problem::new(StatusCode::REQUEST_TIMEOUT, "body_timeout", message)
            }
            _ => Problem::malformed("The body could not be read to its end."),
        },
    }
}

fn too_large() -> Problem {
    let message = "The body is larger than 1 MiB, or than this operation takes.";
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", message)
}

fn read<T: DeserializeOwned + Checked>(bytes: &[u8], strict: bool) -> Result<T, Problem> {
    let text = client_text(bytes).map_err(|wrong| Problem::malformed(format!("The body {wrong}.")))?;
    if text.is_empty() {
        return T::when_absent().ok_or_else(|| Problem::malformed("The body is empty; send a JSON object."));
    }
    // Long integers become strings, because a float would change their digits.
    let json: Value = read_foreign_json(text)
        .map_err(|error| Problem::malformed(format!("The body is not JSON: {}.", why_no_json(text, &error))))?;
    if json.is_null()
        && let Some(absent) = T::when_absent()
    {
        return Ok(absent);
    }
    if !json.is_object() {
        return Err(Problem::invalid_field("", "must be a JSON object"));
    }
    typed(json, strict)
}

/// Deserialises, with the place of the first member that does not fit, or, when strict, of every member that nobody
/// asked for.
fn typed<T: DeserializeOwned + Checked>(json: Value, strict: bool) -> Result<T, Problem> {
    let mut nuls = Place::of_nuls(&json);
    let mut unknown = Vec::new();
    let mut note = |path: serde_ignored::Path<'_>| unknown.push(Place::of(&path));
    let read = serde_path_to_error::deserialize(serde_ignored::Deserializer::new(json, &mut note));
    let value: T = read.map_err(|error| Problem::invalid(vec![misfit(&error)]))?;
    if strict && !unknown.is_empty() {
        let error = |place: Place| FieldError {
            field: place.to_string(),
            message: "is not a member of this request".to_owned(),
        };
        return Err(Problem::invalid(unknown.into_iter().map(error).collect()));
    }
    // What nobody reads may hold anything.
    nuls.retain(|place| !unknown.iter().any(|ignored| place.is_within(ignored)));
    if !nuls.is_empty() {
        return Err(Problem::invalid(nuls.iter().map(|place| nul(&place.to_string())).collect()));
    }
    Faults::of(&value).map(|()| value)
}

fn misfit(error: &serde_path_to_error::Error<serde_json::Error>) -> FieldError {
    let mut field = match error.path().to_string() {
        root if root == "." => String::new(),
        path => path,
    };
    let message = error.inner().to_string();
    // serde names the missing member only in the text.
    let missing = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    let Some(name) = missing else { return FieldError { field, message } };
    if !field.is_empty() {
        field.push('.');
    }
    field.push_str(name);
    FieldError { field, message: "is missing".to_owned() }
}

/// A whole number, also when it is written `5.0`: to JSON Schema that is the same. Use with `#[serde(default,
/// deserialize_with = "whole")]`.
pub fn whole<'de, N, D>(deserializer: D) -> Result<Option<N>, D::Error>
where
    N: TryFrom<i64>,
    D: Deserializer<'de>,
{
    let Some(number) = Option::<Number>::deserialize(deserializer)? else { return Ok(None) };
    // Floats beyond this are not exact, and no member is that large.
    let exact = |float: &f64| float.fract() == 0.0 && float.abs() < 9e15;
    let integer = number.as_i64().or_else(|| number.as_f64().filter(exact).map(|float| float as i64));
    let fits = integer.and_then(|integer| N::try_from(integer).ok());
    fits.map(Some).ok_or_else(|| D::Error::custom(format_args!("{number} is not a whole number in range")))
}

/// An object, `null` or nothing. serde also fills a struct from a list, member by member, and to JSON Schema that is
/// another type. Use with `#[serde(default, deserialize_with = "object")]`.
pub fn object<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(Option::<Object<T>>::deserialize(deserializer)?.map(|Object(value)| value))
}

/// What was read from an object and from nothing else.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Object)
    }
}

pub(crate) fn nul(place: &str) -> FieldError {
    FieldError { field: place.replace('\0', "\u{fffd}"), message: "must not contain NUL characters".to_owned() }
}

#[cfg(test)]
mod tests;
