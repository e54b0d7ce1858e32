//! Reads the bodies of OAuth requests: forms, as the RFCs require, or JSON objects with text members. A repeated
//! parameter is an error (RFC 6749, 3.2).

use std::collections::BTreeMap;
use std::fmt;

use artel_domain::client_text;
use artel_http::check_coding;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;
use url::form_urlencoded;

use crate::error::OAuthError;

/// Larger bodies are answered with 413. No OAuth request comes near this size.
pub(crate) const MAX_FORM_BYTES: usize = 64 * 1024;

/// The parameters of a request. Empty ones count as absent (RFC 6749, 3.2). The type cannot be printed, because some
/// parameters are passwords.
#[derive(Default, Clone)]
pub(crate) struct Fields(BTreeMap<String, String>);

impl Fields {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(crate) fn required(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| OAuthError::invalid_request(format!("The parameter {name} is missing")))
    }

    pub(crate) fn secret(&self, name: &str) -> Option<SecretString> {
        self.get(name).map(SecretString::from)
    }

    pub(crate) fn required_secret(&self, name: &str) -> Result<SecretString, OAuthError> {
        self.required(name).map(SecretString::from)
    }

    /// Reads `a=1&b=2`: a form or a query string.
    pub(crate) fn of_form(bytes: &[u8]) -> Result<Self, OAuthError> {
        let mut fields = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(bytes) {
            add(&mut fields, name.into_owned(), value.into_owned())?;
        }
        Ok(Self(fields))
    }

    fn of_json(bytes: &[u8]) -> Result<Self, OAuthError> {
        let text = client_text(bytes).map_err(|wrong| OAuthError::invalid_request(format!("The body {wrong}")))?;
        let Members(members) = serde_json::from_str(text)
            .map_err(|_| OAuthError::invalid_request("The body is not a JSON object with every member once"))?;
        let mut fields = BTreeMap::new();
        for (name, value) in members {
            match value {
                Value::Null => {}
                Value::String(text) => add(&mut fields, name, text)?,
                _ => return Err(OAuthError::invalid_request(format!("The parameter {} must be a text", shown(&name)))),
            }
        }
        Ok(Self(fields))
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = OAuthError;

    async fn from_request(request: Request, state: &S) -> Result<Self, OAuthError> {
        let kind = Kind::of(request.headers())?;
        check_coding(request.headers()).map_err(|refused| {
            let refusal = OAuthError::new(refused.status(), refused.code(), refused.message());
            refusal.with_header(ACCEPT_ENCODING, HeaderValue::from_static("identity"))
        })?;
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            let text = rejection.body_text();
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                return OAuthError::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "payload_too_large",
                    "The body is larger than 64 KiB",
                );
            }
            OAuthError::invalid_request(format!("The body could not be read: {text}"))
        })?;
        match kind {
            _ if bytes.is_empty() => Ok(Self::default()),
            Kind::Form => Self::of_form(&bytes),
            Kind::Json => Self::of_json(&bytes),
        }
    }
}

enum Kind {
    Form,
    Json,
}

impl Kind {
    fn of(headers: &HeaderMap) -> Result<Self, OAuthError> {
        let Some(value) = headers.get(CONTENT_TYPE) else { return Ok(Self::Form) };
        let essence = value.to_str().unwrap_or("?").split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "application/x-www-form-urlencoded" | "" => Ok(Self::Form),
            "application/json" => Ok(Self::Json),
            _ => Err(OAuthError::invalid_request(
                "Send the parameters as application/x-www-form-urlencoded or as application/json",
            )),
        }
    }
}

fn add(fields: &mut BTreeMap<String, String>, name: String, value: String) -> Result<(), OAuthError> {
    if name.contains('\0') || value.contains('\0') {
        return Err(OAuthError::invalid_request(format!(
            "The parameter {} must not contain NUL characters",
            shown(&name)
        )));
    }
    let repeated = OAuthError::invalid_request(format!("The parameter {} occurs twice", shown(&name)));
    if fields.insert(name, value).is_some() { Err(repeated) } else { Ok(()) }
}

/// A parameter name of the client in a form that can be shown in an error.
fn shown(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect()
}

/// The members of a JSON object in their order. A repeated member is an error.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;

        impl<'de> Visitor<'de> for Each {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Members, A::Error> {
                let mut members: Vec<(String, Value)> = Vec::new();
                while let Some((name, value)) = access.next_entry::<String, Value>()? {
                    if members.iter().any(|(known, _)| *known == name) {
                        return Err(A::Error::custom("a member occurs twice"));
                    }
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_json_objects_are_read_alike_and_empty_values_are_absent() {
        let form = Fields::of_form(b"grant_type=password&username=a%40b+c&scope=").unwrap();
        let json = Fields::of_json(br#"{"grant_type":"password","username":"a@b c","scope":"","x":null}"#).unwrap();
        for fields in [form, json] {
            assert_eq!(fields.get("grant_type"), Some("password"));
            assert_eq!(fields.get("username"), Some("a@b c"));
            assert_eq!(fields.get("scope"), None);
            assert_eq!(fields.get("x"), None);
        }
    }

    #[test]
    fn a_repeated_parameter_is_refused_even_when_it_is_unknown_or_empty() {
        for form in ["a=1&a=2", "grant_type=password&grant_type=", "x&x"] {
            let error = Fields::of_form(form.as_bytes()).unwrap_err();
            assert_eq!((error.status().as_u16(), error.code()), (400, "invalid_request"), "{form}");
        }
        for json in [r#"{"a":"1","a":"2"}"#, r#"{"a":null,"a":"2"}"#] {
            assert_eq!(Fields::of_json(json.as_bytes()).unwrap_err().code(), "invalid_request", "{json}");
        }
    }

    #[test]
    fn what_is_not_an_object_of_texts_is_refused() {
        for json in ["[]", "1", "\"a\"", "{", r#"{"a":1}"#, r#"{"a":["b"]}"#, r#"{"a":{"b":"c"}}"#, r#"{"a":"\u0000"}"#]
        {
            assert_eq!(Fields::of_json(json.as_bytes()).unwrap_err().code(), "invalid_request", "{json}");
        }
        assert!(Fields::of_form(b"a=%00").is_err());
    }

    #[test]
    fn a_text_in_another_encoding_is_refused_with_the_place_and_a_byte_order_mark_is_skipped() {
        let refused = Fields::of_json(b"{\"a\":\"\xE9\"}").unwrap_err();
        assert!(refused.description().contains("position 6 (0xE9)"), "{}", refused.description());
        let marked = Fields::of_json("\u{FEFF}{\"a\":\"b\"}".as_bytes()).unwrap();
        assert_eq!(marked.get("a"), Some("b"));
    }

    #[test]
    fn parameters_cannot_be_printed() {
        let fields = Fields::of_form(b"password=hunter2").unwrap();
        assert_eq!(format!("{fields:?}"), r#"{"password"}"#);
    }
}
