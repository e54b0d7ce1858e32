//! Secrets of this installation: given by the operator, or made on first start and kept in the data directory with mode
//! 0600.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use artel_domain::Clock;
use artel_http::InternalKey;
use artel_identity::{
    ApiKeyMaker, ClientSecrets, Keyring, OpaqueTokens, SecretBox, ServiceKey, TokenIssuer, TokenVerifier, entropy,
};
use artel_store::SealedValues;
use artel_tools_services::StoredKeys;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::OnceCell;

use crate::config::Config;

pub(crate) struct Vault {
    directory: PathBuf,
    jwt_secret: SecretString,
    pepper: SecretString,
    internal_key: SecretString,
    master_key: [u8; 32],
    /// Opens too, while one master key takes another one's place.
    other_master_key: Option<[u8; 32]>,
    service_key: OnceCell<Arc<ServiceKey>>,
}

impl Vault {
    pub(crate) fn open(config: &Config) -> anyhow::Result<Self> {
        let directory = config.data_dir.clone();
        let kept = |given: &Option<SecretString>, file: &str| match given {
            Some(secret) => Ok(secret.clone()),
            None => keep(&directory.join(file), || Ok(STANDARD.encode(entropy::<32>()?))),
        };
        let master = kept(&config.master_key, "master.key")?;
        let other = match &config.other_master_key {
            Some(given) => Some(given.clone()),
            None => read(&directory.join("master.key.other"))?,
        };
        Ok(Self {
            jwt_secret: kept(&config.jwt_secret, "jwt.secret")?,
            pepper: kept(&config.api_key_pepper, "api-key.pepper")?,
            internal_key: kept(&config.internal_api_key, "internal-api.key")?,
            master_key: master_key(&master, "ARTEL_MASTER_KEY (or master.key in the data directory)")?,
            other_master_key: other
                .map(|other| master_key(&other, "ARTEL_MASTER_KEY_OTHER (or master.key.other in the data directory)"))
                .transpose()?,
            service_key: OnceCell::new(),
            directory,
        })
    }

    pub(crate) fn issuer(&self, config: &Config) -> TokenIssuer {
        TokenIssuer::new(&self.jwt_secret, &config.jwt_issuer, &config.jwt_audience)
    }

    pub(crate) fn verifier(&self, config: &Config) -> TokenVerifier {
        TokenVerifier::new(&self.jwt_secret, &config.jwt_issuer, &config.jwt_audience)
    }

    pub(crate) fn key_maker(&self) -> ApiKeyMaker {
        ApiKeyMaker::new(&self.pepper)
    }

    /// What services show each other.
    pub(crate) fn internal_key(&self) -> InternalKey {
        InternalKey::new(self.internal_key.clone())
    }

    pub(crate) fn client_secrets(&self) -> ClientSecrets {
        ClientSecrets::new(&self.pepper)
    }

    pub(crate) fn opaque_tokens(&self) -> OpaqueTokens {
        OpaqueTokens::new(&self.pepper)
    }

    /// The same, to be shown.
    pub(crate) fn key_between_services(&self) -> SecretString {
        self.internal_key.clone()
    }

    /// Of the installation. The secrets of tenants have keys of their own: [`Self::keyring`].
    pub(crate) fn seal(&self) -> SecretBox {
        let seal = SecretBox::new(&self.master_key);
        match &self.other_master_key {
            Some(other) => seal.opening_with(other),
            None => seal,
        }
    }

    /// The keys of tenants, which the store keeps.
    pub(crate) fn keyring(&self, store: Arc<dyn SealedValues>, clock: Arc<dyn Clock>) -> Keyring {
        Keyring::new(Arc::new(self.seal()), Arc::new(StoredKeys::new(store, clock)))
    }

    /// Whether another master key opens too.
    pub(crate) fn is_changing(&self) -> bool {
        self.other_master_key.is_some()
    }

    /// The key that signs service tokens. Made when it is first needed: that takes a good part of a second.
    pub(crate) async fn service_key(&self) -> anyhow::Result<Arc<ServiceKey>> {
        let make = || async {
            let path = self.directory.join("service-key.pem");
            let pem = tokio::task::spawn_blocking(move || {
                keep(&path, || Ok(ServiceKey::generate_pem()?.expose_secret().to_owned()))
            })
            .await??;
            Ok::<_, anyhow::Error>(Arc::new(ServiceKey::from_pem(&pem)?))
        };
        self.service_key.get_or_try_init(make).await.cloned()
    }
}

/// 32 bytes as base64 or hex.
///
/// # Arguments
/// * `name`: where it is from, for whoever reads the error.
fn master_key(text: &SecretString, name: &str) -> anyhow::Result<[u8; 32]> {
    let text = text.expose_secret().trim();
    let hex = |text: &str| {
        (0..text.len())
            .step_by(2)
            .map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok())
            .collect::<Option<Vec<u8>>>()
    };
    let bytes = if text.len() == 64 { hex(text) } else { STANDARD.decode(text).ok() };
    match bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) {
        Some(key) => Ok(key),
        None => bail!("{name}: it is not 32 bytes as base64 or hex. Example: openssl rand -base64 32"),
    }
}

/// The file's content; made first when there is none. Two processes that start together end up with the same content.
fn keep(path: &Path, make: impl FnOnce() -> anyhow::Result<String>) -> anyhow::Result<SecretString> {
    if let Some(content) = read(path)? {
        return Ok(content);
    }
    let parent = path.parent().context("a secret needs a directory")?;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(parent)
        .with_context(|| format!("the data directory {} cannot be made (ARTEL_DATA_DIR)", parent.display()))?;
    // Written whole under another name first, so that nobody ever reads half a secret.
    let draft = parent.join(format!(
        ".{}.{}",
        path.file_name().unwrap_or_default().to_string_lossy(),
        artel_domain::SystemClock.uuid()
    ));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)
        .with_context(|| format!("{} cannot be written (ARTEL_DATA_DIR)", parent.display()))?;
    file.write_all(make()?.as_bytes())?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(error).with_context(|| format!("{} cannot be written", path.display()))
        }
        _ => read(path)?.with_context(|| format!("{} was there and is gone", path.display())),
    }
}

fn read(path: &Path) -> anyhow::Result<Option<SecretString>> {
    match std::fs::read_to_string(path) {
        Ok(text) if text.trim().is_empty() => bail!("{} is empty; remove it to have a new one made", path.display()),
        Ok(text) => Ok(Some(SecretString::from(text.trim().to_owned()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}
