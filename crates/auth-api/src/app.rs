use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use artel_domain::TenantId;
use artel_http::{Ground, PublicKeys, TrustedHosts};
use artel_identity::{AccessTokenIssuer, ClientSecrets, OpaqueTokens, Passwords, SecretBox};
use artel_store::AuthStore;

use crate::guard::{Guard, Limits};
use crate::keys::Keys;
use crate::password_workers::PasswordWorkers;

/// The operator's settings of this surface.
#[derive(Debug, Clone)]
pub struct AuthConfig {
    /// `iss` of all tokens.
    pub issuer: String,
    /// `aud` of access tokens.
    pub audience: String,
    /// Where clients reach the service, for the metadata documents; absent: where the request was sent to, if that is
    /// one of `trusted_hosts`, else the issuer.
    pub public_url: Option<String>,
    pub trusted_hosts: TrustedHosts,
    /// The name of the environment in `/health`.
    pub environment: String,
    /// Whether the password grant exists.
    pub password_grant: bool,
    pub registration: Registration,
    /// The tenant whose audit log holds the entries without a tenant: unknown usernames, unknown clients, signing keys.
    pub home_tenant: TenantId,
    pub limits: Limits,
    /// Where this installation's own console may be sent back to, beside what its client is registered with: the
    /// addresses of the installation change with its settings.
    pub console_redirects: Vec<String>,
    /// How long a refresh token may be used again after its use, for clients that did not receive the response.
    pub refresh_grace: Duration,
}

/// Who may register without an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    Closed,
    /// People with an invitation.
    Invited,
    /// Everybody. A person without an invitation gets a tenant of their own.
    Open,
}

/// The parts that this surface needs.
pub struct Deps {
    pub ground: Ground<dyn AuthStore>,
    pub keys: Arc<Keys>,
    /// The key set document of the installation.
    pub public_keys: Arc<dyn PublicKeys>,
    pub issuer: AccessTokenIssuer,
    pub passwords: Arc<Passwords>,
    pub client_secrets: Arc<ClientSecrets>,
    pub opaque: OpaqueTokens,
    /// Seals signing keys and the state of login forms.
    pub seal: Arc<SecretBox>,
}

/// The state of every handler. Cheap to clone.
#[derive(Clone)]
pub struct AuthApp(Arc<Shared>);

/// What an [`AuthApp`] points to.
pub struct Shared {
    ground: Ground<dyn AuthStore>,
    pub(crate) issuer: AccessTokenIssuer,
    pub(crate) client_secrets: Arc<ClientSecrets>,
    pub(crate) opaque: OpaqueTokens,
    pub(crate) seal: Arc<SecretBox>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) public_keys: Arc<dyn PublicKeys>,
    pub(crate) passwords: PasswordWorkers,
    pub(crate) guard: Guard,
    pub(crate) config: AuthConfig,
}

impl AuthApp {
    pub fn new(deps: Deps, config: AuthConfig) -> Self {
        let Deps { ground, keys, public_keys, issuer, passwords, client_secrets, opaque, seal } = deps;
        let Ground { store, bus, clock, .. } = ground.clone();
        let guard = Guard::new(store, bus, clock, config.limits.clone());
        let passwords = PasswordWorkers::new(passwords);
        Self(Arc::new(Shared {
            ground,
            issuer,
            client_secrets,
            opaque,
            seal,
            keys,
            public_keys,
            passwords,
            guard,
            config,
        }))
    }

    /// The signing keys, for other surfaces that publish the key set.
    pub fn keys(&self) -> &Arc<Keys> {
        &self.keys
    }
}

impl AuthConfig {
    /// Whether browsers reach the service over TLS, according to its settings.
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

impl Deref for Shared {
    type Target = Ground<dyn AuthStore>;

    fn deref(&self) -> &Ground<dyn AuthStore> {
        &self.ground
    }
}
