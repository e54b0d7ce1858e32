use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use artel_bus::Bus;
use artel_domain::{Clock, RateLimit, TenantId};
use artel_http::{MetricsText, PublicKeys};
use artel_identity::{AccessTokenIssuer, ClientSecrets, OpaqueTokens, Passwords, SecretBox};
use artel_store::AuthStore;
use ipnet::IpNet;

use crate::guard::Guard;
use crate::keys::Keys;
use crate::password_desk::PasswordDesk;

/// What the operator decides about this surface.
#[derive(Debug, Clone)]
pub struct AuthConfig {
    /// `iss` of all tokens.
    pub issuer: String,
    /// `aud` of access tokens.
    pub audience: String,
    /// Where clients reach the service, for the metadata documents; absent: where the request was sent to.
    pub public_url: Option<String>,
    /// What `/health` calls the environment.
    pub environment: String,
    /// Whether the password grant is there at all.
    pub password_grant: bool,
    pub registration: Registration,
    /// Whose audit log has what belongs to nobody: unknown usernames, unknown clients, signing keys.
    pub home_tenant: TenantId,
    pub limits: Limits,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// How long a refresh token may come again right after its use, for clients that did not hear the answer.
    pub refresh_grace: Duration,
}

/// Who may make an account without an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    Closed,
    /// Whoever has an invitation.
    Invited,
    /// Everybody; each gets a tenant of their own unless they were invited.
    Open,
}

/// How much guessing is put up with.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Whether requests are counted at all; the lockout holds either way.
    pub enabled: bool,
    /// Requests of one address to one of the endpoints that check secrets.
    pub per_address: RateLimit,
    /// Requests of one address to the other endpoints.
    pub per_address_any: RateLimit,
    /// Logins of one username, right and wrong ones.
    pub per_username: RateLimit,
    /// Failures until a username is locked.
    pub username_threshold: u32,
    /// Failures until an address is locked.
    pub address_threshold: u32,
    pub lockout: Duration,
    /// Development: callers on this machine share no address limits.
    pub exempt_loopback: bool,
}

/// What this surface stands on.
pub struct Deps {
    pub store: Arc<dyn AuthStore>,
    pub bus: Arc<dyn Bus>,
    pub clock: Arc<dyn Clock>,
    pub keys: Arc<Keys>,
    /// The key set document of the installation.
    pub public_keys: Arc<dyn PublicKeys>,
    pub issuer: AccessTokenIssuer,
    pub passwords: Arc<Passwords>,
    pub client_secrets: Arc<ClientSecrets>,
    pub opaque: OpaqueTokens,
    /// Seals signing keys and the state of login forms.
    pub seal: Arc<SecretBox>,
    pub metrics: Arc<dyn MetricsText>,
}

/// The state of every handler. Cheap to clone.
#[derive(Clone)]
pub struct AuthApp(Arc<Shared>);

/// What an [`AuthApp`] points to.
pub struct Shared {
    pub(crate) store: Arc<dyn AuthStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) issuer: AccessTokenIssuer,
    pub(crate) client_secrets: Arc<ClientSecrets>,
    pub(crate) opaque: OpaqueTokens,
    pub(crate) seal: Arc<SecretBox>,
    pub(crate) metrics: Arc<dyn MetricsText>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) public_keys: Arc<dyn PublicKeys>,
    pub(crate) passwords: PasswordDesk,
    pub(crate) guard: Guard,
    pub(crate) config: AuthConfig,
}

impl AuthApp {
    pub fn new(deps: Deps, config: AuthConfig) -> Self {
        let Deps { store, bus, clock, keys, public_keys, issuer, passwords, client_secrets, opaque, seal, metrics } =
            deps;
        let guard = Guard::new(store.clone(), bus, clock.clone(), config.limits.clone());
        let passwords = PasswordDesk::new(passwords);
        Self(Arc::new(Shared {
            store,
            clock,
            issuer,
            client_secrets,
            opaque,
            seal,
            metrics,
            keys,
            public_keys,
            passwords,
            guard,
            config,
        }))
    }

    /// The signing keys, for whoever publishes them too.
    pub fn keys(&self) -> &Arc<Keys> {
        &self.keys
    }
}

impl AuthConfig {
    /// Whether browsers reach the service by TLS, as far as it knows.
    pub(crate) fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }
}

impl Deref for AuthApp {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
