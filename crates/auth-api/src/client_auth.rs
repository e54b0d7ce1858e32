//! Identifies and authenticates the client of a request, by the form or by HTTP Basic (RFC 6749, 2.3.1).

use std::net::IpAddr;

use artel_domain::{ClientId, OAuthClient};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret as _, SecretString};

use crate::AuthApp;
use crate::audit::{By, Details as _};
use crate::error::OAuthError;
use crate::form::Fields;

/// The client id and secret of a request, not yet checked.
#[derive(Debug)]
pub(crate) struct ClientCredentials {
    pub(crate) id: ClientId,
    /// The possible readings of the secret: one of the form, up to three of HTTP Basic; empty when there is no secret.
    pub(crate) secrets: Vec<SecretString>,
}

impl ClientCredentials {
    pub(crate) fn of(headers: &HeaderMap, fields: &Fields) -> Result<Self, OAuthError> {
        let Some((id, secrets)) = basic(headers)? else {
            let id = ClientId::new(fields.required("client_id")?);
            return Ok(Self { id, secrets: fields.secret("client_secret").into_iter().collect() });
        };
        if fields.get("client_secret").is_some() {
            return Err(OAuthError::invalid_request("Authenticate the client by one method, not by two"));
        }
        if fields.get("client_id").is_some_and(|named| named != id) {
            return Err(OAuthError::invalid_request("client_id is not the client of the Authorization header"));
        }
        Ok(Self { id: ClientId::new(id), secrets })
    }
}

impl AuthApp {
    /// The client of this request: known, active, and authenticated if it has a secret.
    pub(crate) async fn client(
        &self,
        shown: &ClientCredentials,
        ip: Option<IpAddr>,
    ) -> Result<OAuthClient, OAuthError> {
        let record = self.store.find_client(&shown.id).await?;
        // The comparison is made for an unknown client too, so that it takes the same time.
        let known = record.as_ref().and_then(|record| record.secret_hash.as_ref());
        let matches = if let Some(hash) = known {
            shown.secrets.iter().any(|secret| self.client_secrets.matches(&shown.id, secret.expose_secret(), hash))
        } else {
            let _ = self.client_secrets.hash(&shown.id, "");
            false
        };
        let record = record.filter(|record| record.client.is_active()).ok_or_else(OAuthError::invalid_client)?;
        // A public client has no secret. One that it sends all the same is ignored.
        if record.client.is_confidential && !matches {
            let by = By { user: None, ip };
            let audit = self.audit(by, "auth.client_failed", ("client", &shown.id)).with_outcome("invalid_client");
            self.store.record_audit(record.client.tenant_id, audit).await?;
            return Err(OAuthError::invalid_client());
        }
        Ok(record.client)
    }
}

/// The id and the possible readings of the secret of HTTP Basic.
///
/// RFC 6749 (2.3.1) encodes both like a form, so a space is `+`. Many clients do not encode plus signs, and some do not
/// encode at all. These readings are accepted too.
fn basic(headers: &HeaderMap) -> Result<Option<(String, Vec<SecretString>)>, OAuthError> {
    let Some(value) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let (scheme, rest) = value.to_str().ok().and_then(|text| text.split_once(' ')).unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(OAuthError::invalid_client());
    }
    let decoded = STANDARD.decode(rest.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let Some((id, secret)) = decoded.as_deref().and_then(|text| text.split_once(':')) else {
        return Err(OAuthError::invalid_client());
    };
    // Client ids of this service have no spaces and no plus signs.
    let id = percent_decoded(id)?;
    if secret.is_empty() {
        return Ok(Some((id, Vec::new())));
    }
    let mut readings = vec![percent_decoded(&secret.replace('+', " "))?, percent_decoded(secret)?, secret.to_owned()];
    readings.dedup();
    Ok(Some((id, readings.into_iter().map(SecretString::from).collect())))
}

fn percent_decoded(text: &str) -> Result<String, OAuthError> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(std::borrow::Cow::into_owned).map_err(|_| OAuthError::invalid_client())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(basic: Option<&str>, form: &str) -> Result<(String, Vec<String>), String> {
        let mut headers = HeaderMap::new();
        if let Some(basic) = basic {
            headers.insert(AUTHORIZATION, format!("Basic {}", STANDARD.encode(basic)).parse().unwrap());
        }
        let fields = Fields::of_form(form.as_bytes()).unwrap();
        let shown = ClientCredentials::of(&headers, &fields).map_err(|error| error.code().to_owned())?;
        let secrets = shown.secrets.iter().map(|secret| secret.expose_secret().to_owned()).collect();
        Ok((shown.id.to_string(), secrets))
    }

    #[test]
    fn a_client_authenticates_by_the_form_or_by_the_header() {
        let secret = || "s3 cret+%".to_owned();
        let holds = |basic, form| {
            let (id, secrets) = shown(basic, form).unwrap();
            id == "ide" && secrets.contains(&secret())
        };
        assert_eq!(shown(None, "client_id=ide&client_secret=s3+cret%2B%25"), Ok(("ide".to_owned(), vec![secret()])));
        assert!(holds(Some("ide:s3%20cret%2B%25"), ""));
        assert!(holds(Some("ide:s3+cret%2B%25"), ""), "a space that was encoded as in a form");
        assert!(holds(Some("ide:s3%20cret+%25"), "client_id=ide"), "a plus sign that nobody encoded");
        assert!(holds(Some("ide:s3 cret+%"), ""), "a secret that nobody encoded");
        assert_eq!(shown(Some("ide:"), ""), Ok(("ide".to_owned(), Vec::new())));
        assert_eq!(shown(None, "client_id=ide"), Ok(("ide".to_owned(), Vec::new())));
    }

    #[test]
    fn two_methods_or_two_names_at_once_are_refused() {
        for form in ["client_secret=x", "client_id=other", "client_id=ide&client_secret=s"] {
            assert_eq!(shown(Some("ide:s"), form), Err("invalid_request".to_owned()), "{form}");
        }
        assert_eq!(shown(None, ""), Err("invalid_request".to_owned()));
        assert_eq!(shown(Some("no colon"), ""), Err("invalid_client".to_owned()));
    }
}
