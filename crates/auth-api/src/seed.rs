//! Creates the initial data of an installation: the user `admin`, the client of the console, and the two clients of
//! CodeLab's programs.

use artel_domain::{Account, ClientId, GrantType, OAuthClient, TenantId, UserId};
use artel_identity::{NoEntropy, entropy};
use artel_store::{ClientRecord, NewAccount, StoreError};
use secrecy::{ExposeSecret as _, SecretString};

use crate::AuthApp;
use crate::audit::By;
use crate::error::OAuthError;

const ADMIN: &str = "admin";
const IDE: &str = "codelab-flutter-app";
/// The client of the console: people sign in with their browser.
pub(crate) const CONSOLE: &str = "artel-console";
const INTERNAL: &str = "codelab-internal";
/// The characters of a generated password, without those that look alike.
const ALPHABET: &[u8; 56] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";

/// The operator's settings.
#[derive(Debug)]
pub struct Seed {
    /// The id of the user `admin`.
    pub admin: UserId,
    /// Absent: a password is generated.
    pub admin_password: Option<SecretString>,
    /// The secret of `codelab-internal`. Absent: one is generated.
    pub internal_secret: Option<SecretString>,
    /// Lifetimes of the tokens of the IDE and of the console.
    pub access_ttl_seconds: i64,
    pub refresh_ttl_seconds: i64,
}

/// Generated secrets, which must be shown once.
#[derive(Debug, Default)]
pub struct Seeded {
    pub admin_password: Option<SecretString>,
    pub internal_secret: Option<SecretString>,
}

/// Why the initial data could not be created.
#[derive(Debug, thiserror::Error)]
#[error("the first user and the first clients cannot be made: {0}")]
pub struct SeedError(String);

/// Creates what does not exist. When several processes start at once, one of them creates it.
pub async fn seed(app: &AuthApp, seed: &Seed) -> Result<Seeded, SeedError> {
    create_missing(app, seed).await.map_err(|error| SeedError(error.to_string()))
}

async fn create_missing(app: &AuthApp, seed: &Seed) -> Result<Seeded, OAuthError> {
    let mut seeded = Seeded::default();
    if app.store.find_login(ADMIN).await?.is_none() {
        let password = seed.admin_password.clone().map_or_else(generated_password, Ok)?;
        let is_new = create_admin(app, seed.admin, password.clone()).await?;
        seeded.admin_password = (is_new && seed.admin_password.is_none()).then_some(password);
    }
    create_client(app, ide(app, seed), None).await?;
    create_client(app, console(app, seed), None).await?;
    if app.store.find_client(&ClientId::new(INTERNAL)).await?.is_none() {
        let secret = seed.internal_secret.clone().map_or_else(|| app.client_secrets.new_secret(), Ok)?;
        let is_new = create_client(app, internal(app), Some(&secret)).await?;
        seeded.internal_secret = (is_new && seed.internal_secret.is_none()).then_some(secret);
    }
    Ok(seeded)
}

async fn create_admin(app: &AuthApp, user_id: UserId, password: SecretString) -> Result<bool, OAuthError> {
    let account = Account {
        user_id,
        tenant_id: app.config.home_tenant,
        username: ADMIN.to_owned(),
        email: Some("admin@codelab.local".to_owned()),
        is_admin: true,
        created_at: app.clock.now(),
        updated_at: None,
        last_login_at: None,
        deactivated_at: None,
    };
    let new = NewAccount { account, password_hash: app.passwords.hash(password).await? };
    is_new(app.store.create_account(new, app.audit(By::default(), "user.create", ("user", user_id))).await)
}

async fn create_client(app: &AuthApp, client: OAuthClient, secret: Option<&SecretString>) -> Result<bool, OAuthError> {
    if app.store.find_client(&client.id).await?.is_some() {
        return Ok(false);
    }
    let secret_hash = secret.map(|secret| app.client_secrets.hash(&client.id, secret.expose_secret()));
    let audit = app.audit(By::default(), "client.create", ("client", &client.id));
    is_new(app.store.create_client(ClientRecord { client, secret_hash }, audit).await)
}

fn is_new(made: Result<(), StoreError>) -> Result<bool, OAuthError> {
    match made {
        Ok(()) => Ok(true),
        Err(StoreError::Duplicate(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn ide(app: &AuthApp, seed: &Seed) -> OAuthClient {
    OAuthClient {
        access_ttl_seconds: seed.access_ttl_seconds,
        refresh_ttl_seconds: seed.refresh_ttl_seconds,
        ..client(app, IDE, "CodeLab IDE", &["api:read", "api:write"])
    }
}

/// The server keeps its tokens, so a browser never has them.
fn console(app: &AuthApp, seed: &Seed) -> OAuthClient {
    let redirects = ["http://127.0.0.1/console/sign-in/callback", "http://[::1]/console/sign-in/callback"];
    OAuthClient {
        grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        redirect_uris: redirects.map(str::to_owned).to_vec(),
        access_ttl_seconds: seed.access_ttl_seconds,
        refresh_ttl_seconds: seed.refresh_ttl_seconds,
        ..client(app, CONSOLE, "Artel console", &["api:admin", "api:read", "api:write"])
    }
}

fn internal(app: &AuthApp) -> OAuthClient {
    OAuthClient {
        is_confidential: true,
        access_ttl_seconds: 3600,
        refresh_ttl_seconds: 7_776_000,
        ..client(app, INTERNAL, "CodeLab internal services", &["api:admin", "api:read", "api:write"])
    }
}

fn client(app: &AuthApp, id: &str, name: &str, scopes: &[&str]) -> OAuthClient {
    OAuthClient {
        id: ClientId::new(id),
        tenant_id: home(app),
        user_id: UserId(app.clock.uuid()),
        name: name.to_owned(),
        description: None,
        is_confidential: false,
        is_first_party: true,
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        grant_types: vec![GrantType::Password, GrantType::RefreshToken],
        redirect_uris: Vec::new(),
        access_ttl_seconds: 900,
        refresh_ttl_seconds: 2_592_000,
        created_at: app.clock.now(),
        updated_at: None,
        deactivated_at: None,
    }
}

fn home(app: &AuthApp) -> TenantId {
    app.config.home_tenant
}

/// A password that cannot be guessed and meets the rules for new passwords: twenty random characters and one of each
/// kind.
pub fn generated_password() -> Result<SecretString, NoEntropy> {
    let random = entropy::<64>()?;
    // Bytes from 224 on would make some characters more likely: 224 is the largest multiple of 56 below 256.
    let fair = random.iter().filter(|byte| **byte < 224).take(20);
    let text: String = fair.map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect();
    Ok(format!("{text}!Aa1").into())
}
