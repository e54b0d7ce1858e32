//! Which client is asking, and whether it is the one: by the form or by HTTP Basic (RFC 6749, 2.3.1).

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

/// Who the request says it is from.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) id: ClientId,
    pub(crate) secret: Option<SecretString>,
}

impl Shown {
    pub(crate) fn of(headers: &HeaderMap, fields: &Fields) -> Result<Self, OAuthError> {
        let Some((id, secret)) = basic(headers)? else {
            let id = ClientId::new(fields.required("client_id")?);
            return Ok(Self { id, secret: fields.secret("client_secret") });
        };
        if fields.get("client_secret").is_some() {
            return Err(OAuthError::invalid_request("Authenticate the client by one method, not by two"));
        }
        if fields.get("client_id").is_some_and(|named| named != id) {
            return Err(OAuthError::invalid_request("client_id is not the client of the Authorization header"));
        }
        Ok(Self { id: ClientId::new(id), secret })
    }
}

impl AuthApp {
    /// The client of this request: known, active, and, when it has a secret, showing it.
    pub(crate) async fn client(&self, shown: &Shown, ip: Option<IpAddr>) -> Result<OAuthClient, OAuthError> {
        let record = self.store.find_client(&shown.id).await?;
        // An unknown client costs a comparison too.
        let known = record.as_ref().and_then(|record| record.secret_hash.as_ref());
        let presented = shown.secret.as_ref().map_or("", |secret| secret.expose_secret());
        let matches = if let Some(hash) = known {
            self.client_secrets.matches(&shown.id, presented, hash)
        } else {
            let _ = self.client_secrets.hash(&shown.id, presented);
            false
        };
        let record = record.filter(|record| record.client.is_active()).ok_or_else(OAuthError::invalid_client)?;
        // A public client has nothing to prove; a secret that it sends all the same proves nothing either.
        if record.client.is_confidential && !matches {
            let by = By { user: None, ip };
            let audit = self.audit(by, "auth.client_failed", ("client", &shown.id)).with_outcome("invalid_client");
            self.store.record_audit(record.client.tenant_id, audit).await?;
            return Err(OAuthError::invalid_client());
        }
        Ok(record.client)
    }
}

/// Id and secret of HTTP Basic. Both are percent-encoded; many clients do not know that, so a plus sign means itself.
fn basic(headers: &HeaderMap) -> Result<Option<(String, Option<SecretString>)>, OAuthError> {
    let Some(value) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let (scheme, rest) = value.to_str().ok().and_then(|text| text.split_once(' ')).unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(OAuthError::invalid_client());
    }
    let decoded = STANDARD.decode(rest.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let Some((id, secret)) = decoded.as_deref().and_then(|text| text.split_once(':')) else {
        return Err(OAuthError::invalid_client());
    };
    let plain = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .map(std::borrow::Cow::into_owned)
            .map_err(|_| OAuthError::invalid_client())
    };
    let secret = plain(secret)?;
    Ok(Some((plain(id)?, (!secret.is_empty()).then(|| SecretString::from(secret)))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(basic: Option<&str>, form: &str) -> Result<(String, Option<String>), String> {
        let mut headers = HeaderMap::new();
        if let Some(basic) = basic {
            headers.insert(AUTHORIZATION, format!("Basic {}", STANDARD.encode(basic)).parse().unwrap());
        }
        let shown =
            Shown::of(&headers, &Fields::of_form(form.as_bytes()).unwrap()).map_err(|error| error.code().to_owned())?;
        Ok((shown.id.to_string(), shown.secret.map(|secret| secret.expose_secret().to_owned())))
    }

    #[test]
    fn a_client_shows_itself_by_the_form_or_by_the_header() {
        let both = Ok(("ide".to_owned(), Some("s3 cret+%".to_owned())));
        assert_eq!(shown(None, "client_id=ide&client_secret=s3+cret%2B%25"), both);
        assert_eq!(shown(Some("ide:s3%20cret%2B%25"), ""), both);
        assert_eq!(shown(Some("ide:s3%20cret+%25"), "client_id=ide"), both, "a plus sign that nobody encoded");
        assert_eq!(shown(Some("ide:"), ""), Ok(("ide".to_owned(), None)));
        assert_eq!(shown(None, "client_id=ide"), Ok(("ide".to_owned(), None)));
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
