//! How a webhook call proves who sends it.

mod oauth2;

use std::sync::Arc;

use artel_domain::{AuthType, TenantId};
use artel_egress::Egress;
use async_trait::async_trait;
use base64::Engine as _;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::headers::header_name;
use crate::redact::Redactor;
use crate::secrets::{SecretError, Secrets};

use oauth2::TokenCache;

/// Signs the short-lived RS256 token of `auth_type: service`. Its key is in Artel's JWKS.
#[async_trait]
pub trait ServiceSigner: Send + Sync {
    /// `audience` is the endpoint's host, `subject` the tenant.
    async fn sign(&self, audience: &str, subject: &str) -> Result<SecretString, String>;
}

/// Whose call it is and which secret it may use.
pub(crate) struct CredentialRequest<'a> {
    pub(crate) tenant: TenantId,
    pub(crate) auth_type: AuthType,
    pub(crate) secrets_ref: Option<&'a str>,
    pub(crate) audience: &'a str,
}

/// What a request carries to authenticate itself.
#[derive(Default)]
pub(crate) struct Credential {
    pub(crate) header: Option<(HeaderName, HeaderValue)>,
    pub(crate) query: Option<(String, SecretString)>,
    /// Set for `oauth2`: a 401 may mean that this token was revoked early.
    pub(crate) token: Option<SecretString>,
}

/// Why a call has no secret.
#[derive(Debug)]
pub(crate) enum NoSecret {
    /// There is none to use. The text is for the model.
    Refused(String),
    /// Secrets cannot be read at the moment. The text is for the log.
    NotNow(String),
}

/// Turns secrets into credentials. Error texts go to models, so they name secrets and never hold them.
pub(crate) struct Authenticator {
    secrets: Arc<dyn Secrets>,
    signer: Option<Arc<dyn ServiceSigner>>,
    tokens: TokenCache,
}

#[derive(Deserialize)]
struct NamedHeader {
    header: String,
    value: String,
}

#[derive(Deserialize)]
struct NamedParameter {
    name: String,
    value: String,
}

impl Authenticator {
    pub(crate) fn new(secrets: Arc<dyn Secrets>, signer: Option<Arc<dyn ServiceSigner>>) -> Self {
        Self { secrets, signer, tokens: TokenCache::default() }
    }

    /// The tenant's secret that the call is authenticated with; `None` where it needs none.
    ///
    /// # Errors
    /// `Refused`: no such secret. `NotNow`: secrets cannot be read at the moment.
    pub(crate) async fn secret(&self, request: &CredentialRequest<'_>) -> Result<Option<SecretString>, NoSecret> {
        if matches!(request.auth_type, AuthType::None | AuthType::Service) {
            return Ok(None);
        }
        let Some(name) = request.secrets_ref else {
            let missing = "this tool needs a secret and the binding names none (secrets_ref)";
            return Err(NoSecret::Refused(missing.to_owned()));
        };
        match self.secrets.get(request.tenant, name).await {
            Ok(Some(secret)) => Ok(Some(secret)),
            Ok(None) => Err(NoSecret::Refused(format!("the secret '{name}' is not set"))),
            Err(SecretError::Unreadable) => {
                Err(NoSecret::Refused(format!("the secret '{name}' cannot be opened; it must be stored again")))
            }
            Err(SecretError::NotNow(why)) => Err(NoSecret::NotNow(why)),
        }
    }

    /// The credential for a call; everything in it is also hidden from the answer.
    ///
    /// # Arguments
    /// * `secret`: from [`Self::secret`].
    pub(crate) async fn credential(
        &self,
        request: &CredentialRequest<'_>,
        secret: Option<&SecretString>,
        egress: &Egress,
        redactor: &mut Redactor,
    ) -> Result<Credential, String> {
        if request.auth_type == AuthType::Service {
            return self.service(request, redactor).await;
        }
        let (Some(name), Some(secret)) = (request.secrets_ref, secret) else { return Ok(Credential::default()) };
        redactor.hide(secret.expose_secret());
        if request.auth_type == AuthType::Oauth2 {
            let token = self.tokens.get(request.tenant, name, secret, egress, redactor).await?;
            redactor.hide(token.expose_secret());
            let header = Some((AUTHORIZATION, sensitive(&format!("Bearer {}", token.expose_secret()), name)?));
            return Ok(Credential { header, query: None, token: Some(token) });
        }
        from_secret(request.auth_type, name, secret.expose_secret(), redactor)
    }

    /// Drop a token that the receiver did not accept.
    pub(crate) async fn forget(&self, request: &CredentialRequest<'_>, token: &SecretString) {
        if let Some(name) = request.secrets_ref {
            self.tokens.forget(request.tenant, name, token).await;
        }
    }

    async fn service(&self, request: &CredentialRequest<'_>, redactor: &mut Redactor) -> Result<Credential, String> {
        let signer = self.signer.as_ref().ok_or("this installation has no signing key for auth_type 'service'")?;
        let token = signer.sign(request.audience, &request.tenant.to_string()).await.map_err(|error| {
            tracing::error!(tenant = %request.tenant, error, "a service token cannot be signed");
            "a service token could not be signed; the log says why"
        })?;
        redactor.hide(token.expose_secret());
        Ok(Credential {
            header: Some((AUTHORIZATION, sensitive(&format!("Bearer {}", token.expose_secret()), "service")?)),
            ..Credential::default()
        })
    }
}

fn from_secret(auth_type: AuthType, name: &str, secret: &str, redactor: &mut Redactor) -> Result<Credential, String> {
    let header = |header: HeaderName, value: &str| {
        Ok(Credential { header: Some((header, sensitive(value, name)?)), ..Credential::default() })
    };
    match auth_type {
        AuthType::BearerToken => header(AUTHORIZATION, &format!("Bearer {secret}")),
        AuthType::BasicAuth => {
            let (_, password) = secret
                .split_once(':')
                .ok_or_else(|| format!("the secret '{name}' must have the form user:password"))?;
            let encoded = base64::engine::general_purpose::STANDARD.encode(secret);
            redactor.hide(password);
            redactor.hide(&encoded);
            header(AUTHORIZATION, &format!("Basic {encoded}"))
        }
        AuthType::QueryParam => {
            let parameter = serde_json::from_str(secret)
                .unwrap_or_else(|_| NamedParameter { name: "api_key".into(), value: secret.to_owned() });
            redactor.hide(&parameter.value);
            Ok(Credential { query: Some((parameter.name, parameter.value.into())), ..Credential::default() })
        }
        // The other kinds never come here.
        _ => named_header(auth_type, name, secret, redactor)
            .and_then(|named| header(header_name(&named.header)?, &named.value)),
    }
}

fn named_header(auth_type: AuthType, name: &str, secret: &str, redactor: &mut Redactor) -> Result<NamedHeader, String> {
    let named = match serde_json::from_str::<NamedHeader>(secret) {
        Ok(named) => named,
        Err(_) if auth_type == AuthType::ApiKey => NamedHeader { header: "x-api-key".into(), value: secret.to_owned() },
        Err(_) => return Err(format!("the secret '{name}' must be JSON with the members header and value")),
    };
    redactor.hide(&named.value);
    Ok(named)
}

fn sensitive(value: &str, name: &str) -> Result<HeaderValue, String> {
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| format!("the secret '{name}' holds characters that a header cannot hold"))?;
    value.set_sensitive(true);
    Ok(value)
}
