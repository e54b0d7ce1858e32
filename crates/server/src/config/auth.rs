//! Settings of the auth service, under the names that CodeLab's operators know.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use artel_auth_api::Registration;
use secrecy::SecretString;

use super::settings::{Invalid, Settings, invalid};
use super::{secrets, values};

/// The secret of `codelab-internal` that everybody knows; only where `ENVIRONMENT` says that nothing is at stake.
const WELL_KNOWN: &str = "internal-secret-123";

/// Why the old service's database, Redis and public key change nothing.
const IDLE: &str = "the auth service shares the database, Redis and keys of the rest";

#[derive(Debug, Clone)]
pub(crate) struct AuthSettings {
    pub(crate) addr: SocketAddr,
    pub(crate) issuer: String,
    pub(crate) audience: String,
    pub(crate) public_url: Option<String>,
    /// As `/health` says it.
    pub(crate) environment: String,
    pub(crate) password_grant: bool,
    pub(crate) registration: Registration,
    pub(crate) access_ttl_seconds: i64,
    pub(crate) refresh_ttl_seconds: i64,
    pub(crate) refresh_grace: Duration,
    pub(crate) private_key: Option<PathBuf>,
    pub(crate) admin_password: Option<SecretString>,
    pub(crate) internal_secret: Option<SecretString>,
    pub(crate) rate_limiting: bool,
    pub(crate) per_address: u32,
    pub(crate) per_username: u32,
    pub(crate) username_threshold: u32,
    pub(crate) username_threshold_anywhere: u32,
    pub(crate) address_threshold: u32,
    pub(crate) lockout: Duration,
    /// Another installation whose access tokens are accepted too.
    pub(crate) elsewhere: Option<Elsewhere>,
    /// Given, and without meaning here.
    pub(crate) unused: Vec<&'static str>,
}

/// An auth service that is another installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Elsewhere {
    pub(crate) url: String,
    pub(crate) issuer: String,
    pub(crate) audience: String,
    pub(crate) keys_life: Duration,
}

impl AuthSettings {
    /// Whether callers on this machine are exempt from the limits per address.
    pub(crate) fn is_dev(&self) -> bool {
        self.environment == "development"
    }
}

/// Reads and checks every `AUTH_SERVICE__` variable; `dev` is what `ENVIRONMENT` says.
pub(super) fn auth(s: &mut Settings, environment: &str) -> Result<AuthSettings, Invalid> {
    let dev = matches!(environment, "dev" | "development");
    let unused = unused(s)?;
    let port = s.number("AUTH_SERVICE__PORT", 8003, 0..=65_535_u16)?;
    let own =
        s.one_of("AUTH_SERVICE__ENVIRONMENT", &["production", "dev", "development", "staging", "test"], environment)?;
    let issuer =
        s.text("AUTH_SERVICE__JWT_ISSUER", "https://auth.codelab.local", "a URL", "https://artel.example.com")?;
    let audience = s.text("AUTH_SERVICE__JWT_AUDIENCE", "codelab-api", "a name", "codelab-api")?;
    let internal_secret = secrets::secret(s, "AUTH_SERVICE__INTERNAL_CLIENT_SECRET", 16, dev)?;
    Ok(AuthSettings {
        addr: s.parse(
            "ARTEL_AUTH_ADDR",
            &SocketAddr::from((Ipv4Addr::LOCALHOST, port)).to_string(),
            "an address and a port (port 0 picks a free one)",
            "127.0.0.1:8003",
        )?,
        elsewhere: elsewhere(s, &issuer, &audience)?,
        issuer,
        audience,
        public_url: values::base_url(s, "AUTH_SERVICE__PUBLIC_URL", "https://artel.example.com")?,
        environment: if own == "dev" { "development".to_owned() } else { own },
        password_grant: s.flag("AUTH_SERVICE__PASSWORD_GRANT", true)?,
        registration: registration(s)?,
        access_ttl_seconds: s.number("AUTH_SERVICE__ACCESS_TOKEN_LIFETIME", 900, 10..=86_400)?,
        refresh_ttl_seconds: s.number("AUTH_SERVICE__REFRESH_TOKEN_LIFETIME", 2_592_000, 60..=31_536_000)?,
        refresh_grace: Duration::from_secs(s.number("AUTH_SERVICE__REFRESH_GRACE_SECONDS", 10, 0..=60)?),
        private_key: s.given("AUTH_SERVICE__PRIVATE_KEY_PATH").map(PathBuf::from),
        admin_password: secrets::secret(s, "AUTH_SERVICE__MASTER_KEY", 12, dev)?,
        internal_secret: internal_secret.or_else(|| dev.then(|| SecretString::from(WELL_KNOWN))),
        rate_limiting: s.flag("AUTH_SERVICE__ENABLE_RATE_LIMITING", true)?,
        per_address: s.number("AUTH_SERVICE__RATE_LIMIT_PER_IP", 5, 1..=1_000_000)?,
        per_username: s.number("AUTH_SERVICE__RATE_LIMIT_PER_USERNAME", 10, 1..=1_000_000)?,
        username_threshold: s.number("AUTH_SERVICE__BRUTE_FORCE_THRESHOLD", 5, 1..=1000)?,
        username_threshold_anywhere: s.number("AUTH_SERVICE__BRUTE_FORCE_GLOBAL_THRESHOLD", 50, 1..=100_000)?,
        address_threshold: s.number("AUTH_SERVICE__BRUTE_FORCE_IP_THRESHOLD", 10, 1..=100_000)?,
        lockout: Duration::from_secs(s.number("AUTH_SERVICE__BRUTE_FORCE_LOCKOUT_DURATION", 900, 1..=86_400)?),
        unused,
    })
}

fn registration(s: &mut Settings) -> Result<Registration, Invalid> {
    let word = s.one_of("AUTH_SERVICE__REGISTRATION", &["closed", "invite", "open"], "invite")?;
    Ok(match word.as_str() {
        "closed" => Registration::Closed,
        "open" => Registration::Open,
        _ => Registration::Invited,
    })
}

/// `AUTH_SERVICE_URL`, which CodeLab's gateway knows as `GATEWAY__AUTH_SERVICE_URL`; so it is with what its tokens name.
fn elsewhere(s: &mut Settings, issuer: &str, audience: &str) -> Result<Option<Elsewhere>, Invalid> {
    const URLS: [&str; 2] = ["AUTH_SERVICE_URL", "GATEWAY__AUTH_SERVICE_URL"];
    const EXAMPLE: &str = "http://auth-service:8003";
    let mut url: Option<String> = None;
    for name in URLS {
        let Some(given) = values::base_url(s, name, EXAMPLE)? else { continue };
        if url::Url::parse(&given).is_err() {
            return Err(invalid(name, "it is not a URL".into(), EXAMPLE));
        }
        let given = given.trim_end_matches('/').to_owned();
        if url.as_ref().is_some_and(|earlier| *earlier != given) {
            return Err(invalid(name, format!("it differs from what {} says", URLS[0]), EXAMPLE));
        }
        url = Some(given);
    }
    let issuer = s.given("GATEWAY__JWT_ISSUER").unwrap_or_else(|| issuer.to_owned());
    let audience = s.given("GATEWAY__JWT_AUDIENCE").unwrap_or_else(|| audience.to_owned());
    let keys_life = Duration::from_secs(s.number("AUTH_SERVICE_KEYS_SECONDS", 300, 1..=3600)?);
    Ok(url.map(|url| Elsewhere { url, issuer, audience, keys_life }))
}

/// What the old service needed and this one does not: its own database and Redis, and the public half of its key.
fn unused(s: &mut Settings) -> Result<Vec<&'static str>, Invalid> {
    let mut unused = Vec::new();
    for (name, schemes, example) in [
        ("AUTH_SERVICE__DB_URL", &["sqlite", "postgres"][..], "sqlite:///data/auth.db"),
        ("AUTH_SERVICE__REDIS_URL", &["redis"][..], "redis://localhost:6379/1"),
    ] {
        let Some(url) = s.idle(name, IDLE) else { continue };
        s.mask_url(name);
        if !schemes.iter().any(|scheme| url.starts_with(scheme)) {
            return Err(invalid(name, format!("it does not begin with {}", schemes.join(" or ")), example));
        }
        unused.push(name);
    }
    if s.idle("AUTH_SERVICE__PUBLIC_KEY_PATH", IDLE).is_some() {
        unused.push("AUTH_SERVICE__PUBLIC_KEY_PATH");
    }
    Ok(unused)
}
