//! The auth service of this process: its parts and what a new installation begins with.

use std::sync::Arc;

use anyhow::Context as _;
use artel_auth_api::{AuthApp, AuthConfig, Deps, Keys, KeysConfig, Limits, Seed, seed};
use artel_domain::RateLimit;
use artel_domain::tool::RatePeriod;
use artel_http::{Ground, PublicKeys};
use artel_identity::{AccessTokenIssuer, Passwords};
use artel_store::Store;
use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use crate::config::{AuthSettings, Config};
use crate::vault::Vault;
use crate::{first, output};

/// Puts it together.
pub(crate) fn build(config: &Config, ground: &Ground<dyn Store>, vault: &Arc<Vault>) -> anyhow::Result<AuthApp> {
    let settings = &config.auth;
    let keys_config = KeysConfig {
        issuer: settings.issuer.clone(),
        audience: settings.audience.clone(),
        home_tenant: first::TENANT,
        first: first_key(settings)?,
    };
    let (store, seal) = (ground.store.clone(), Arc::new(vault.seal()));
    let verifier = Arc::new(vault.verifier(config));
    let keys = Arc::new(Keys::new(store.clone(), ground.clock.clone(), seal.clone(), verifier, keys_config));
    let deps = Deps {
        ground: ground.with_store(store),
        public_keys: Arc::new(KeySets { vault: vault.clone(), auth: keys.clone() }),
        keys,
        issuer: AccessTokenIssuer::new(settings.issuer.clone(), settings.audience.clone()),
        passwords: Arc::new(Passwords::new().context("passwords cannot be hashed")?),
        client_secrets: Arc::new(vault.client_secrets()),
        opaque: vault.opaque_tokens(),
        seal,
    };
    Ok(AuthApp::new(deps, auth_config(config)))
}

fn auth_config(config: &Config) -> AuthConfig {
    let settings = &config.auth;
    let rate = |count, per| RateLimit { count, per };
    AuthConfig {
        issuer: settings.issuer.clone(),
        audience: settings.audience.clone(),
        public_url: settings.public_url.clone(),
        trusted_hosts: config.trusted_hosts.clone(),
        environment: settings.environment.clone(),
        password_grant: settings.password_grant,
        registration: settings.registration,
        home_tenant: first::TENANT,
        limits: Limits {
            enabled: settings.rate_limiting,
            per_address: rate(settings.per_address, RatePeriod::Minute),
            per_address_any: config.rate_limit_default,
            per_username: rate(settings.per_username, RatePeriod::Hour),
            username_threshold: settings.username_threshold,
            username_threshold_anywhere: settings.username_threshold_anywhere,
            address_threshold: settings.address_threshold,
            lockout: settings.lockout,
            exempt_loopback: settings.is_dev(),
        },
        console_redirects: console_redirects(config),
        refresh_grace: settings.refresh_grace,
    }
}

/// 127.0.0.1 and [::1] match with any port. `localhost` is a name, so its port must match: it is added here.
fn console_redirects(config: &Config) -> Vec<String> {
    let local = format!("http://localhost:{}", config.public_addr.port());
    let named = config.trusted_hosts.names().map(|host| format!("https://{host}"));
    let origins = named.chain([local]).chain(config.auth.public_url.clone());
    origins.map(|origin| format!("{}{}", origin.trim_end_matches('/'), artel_console::CALLBACK)).collect()
}

fn first_key(settings: &AuthSettings) -> anyhow::Result<Option<SecretString>> {
    let Some(path) = &settings.private_key else { return Ok(None) };
    match std::fs::read_to_string(path) {
        Ok(pem) => Ok(Some(pem.into())),
        // CodeLab's images name the file that is to be made.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(error).with_context(|| format!("{} cannot be read (AUTH_SERVICE__PRIVATE_KEY_PATH)", path.display()))
        }
    }
}

/// Makes the first user and clients, and shows once what nobody else knows. Not through the log, which is kept.
pub(crate) async fn furnish(app: &AuthApp, settings: &AuthSettings) -> anyhow::Result<()> {
    for name in &settings.unused {
        tracing::warn!(
            name,
            "this setting has no meaning here: the auth service shares the database, Redis and keys of the rest"
        );
    }
    let wanted = Seed {
        admin: first::USER,
        admin_password: settings.admin_password.clone(),
        internal_secret: settings.internal_secret.clone(),
        access_ttl_seconds: settings.access_ttl_seconds,
        refresh_ttl_seconds: settings.refresh_ttl_seconds,
    };
    let seeded = seed(app, &wanted).await?;
    if let Some(password) = seeded.admin_password {
        output::error(&format!(
            "The first user is admin, with the password {}  (shown this once)",
            password.expose_secret()
        ));
    }
    if let Some(secret) = seeded.internal_secret {
        output::error(&format!(
            "The secret of the client codelab-internal is {}  (shown this once)",
            secret.expose_secret()
        ));
    }
    Ok(())
}

/// Has the signing key ready before somebody needs it: making the first one takes a good part of a second.
pub(crate) async fn make_ready(app: AuthApp) {
    if let Err(error) = app.keys().jwks().await {
        tracing::error!(error, "there is no key to sign access tokens with");
    }
}

/// One document for all keys of this installation: the auth service's, and the one that signs calls of tools.
pub(crate) struct KeySets {
    pub(crate) vault: Arc<Vault>,
    pub(crate) auth: Arc<Keys>,
}

#[async_trait]
impl PublicKeys for KeySets {
    async fn jwks(&self) -> Result<Value, String> {
        let (auth, service) = (self.auth.jwks().await?, self.vault.jwks().await?);
        let keys: Vec<Value> =
            [auth, service].into_iter().filter_map(|set| set.get("keys")?.as_array().cloned()).flatten().collect();
        Ok(json!({ "keys": keys }))
    }
}
