//! Secrets of tenants at rest: each tenant has a data key of its own, which the store keeps wrapped by the master key.
//! So a new master key means that the data keys are wrapped anew, and nothing that they sealed changes.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use artel_domain::TenantId;
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use crate::entropy::entropy;
use crate::{SealError, SecretBox};

/// Of a data key. Version 1 is that of the master key, which sealed tenants' secrets before there were data keys.
const VERSION: u8 = 2;
const KEY: usize = 32;
const MOST_OPENED: usize = 10_000;

/// The wrapped data keys of tenants.
#[async_trait]
pub trait DataKeys: Send + Sync {
    /// The tenant's wrapped key, when it has one.
    ///
    /// # Errors
    /// Why it cannot be read now.
    async fn find(&self, tenant: TenantId) -> Result<Option<String>, String>;
    /// Keeps this one when there is none; the one that is there then. Of many at once all get the same.
    ///
    /// # Errors
    /// Why it cannot be kept now.
    async fn keep(&self, tenant: TenantId, wrapped: String) -> Result<String, String>;
}

/// Why there is no key of the tenant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoDataKey {
    #[error("the tenant's key cannot be read now: {0}")]
    NotNow(String),
    /// Usually the master key differs from the one that wrapped it.
    #[error("the tenant's key cannot be unwrapped: {0}")]
    Seal(#[from] SealError),
}

/// The data keys of all tenants. Each is made when it is first asked for.
pub struct Keyring {
    master: Arc<SecretBox>,
    keys: Arc<dyn DataKeys>,
    opened: RwLock<HashMap<TenantId, Arc<TenantSeal>>>,
}

impl Keyring {
    pub fn new(master: Arc<SecretBox>, keys: Arc<dyn DataKeys>) -> Self {
        Self { master, keys, opened: RwLock::default() }
    }

    /// What seals and opens the tenant's secrets.
    ///
    /// # Errors
    /// The store does not answer, or another master key wrapped the tenant's key.
    pub async fn of(&self, tenant: TenantId) -> Result<Arc<TenantSeal>, NoDataKey> {
        if let Some(known) = self.opened.read().unwrap_or_else(PoisonError::into_inner).get(&tenant) {
            return Ok(Arc::clone(known));
        }
        let wrapped = match self.keys.find(tenant).await.map_err(NoDataKey::NotNow)? {
            Some(wrapped) => wrapped,
            None => self.keys.keep(tenant, self.fresh(tenant)?).await.map_err(NoDataKey::NotNow)?,
        };
        let key = self.master.open_text(&place(tenant), &wrapped)?;
        let key = STANDARD.decode(key.expose_secret()).map_err(|_| SealError::DoesNotOpen)?;
        let key = <[u8; KEY]>::try_from(key).map_err(|_| SealError::DoesNotOpen)?;
        let seal = Arc::new(TenantSeal::new(&key, Arc::clone(&self.master))?);
        let mut opened = self.opened.write().unwrap_or_else(PoisonError::into_inner);
        if opened.len() >= MOST_OPENED {
            opened.clear();
        }
        Ok(Arc::clone(opened.entry(tenant).or_insert(seal)))
    }

    /// The same data key wrapped by the master key that seals now; `None` when that one wrapped it.
    ///
    /// # Errors
    /// No master key unwraps it.
    pub fn rewrapped(&self, tenant: TenantId, wrapped: &str) -> Result<Option<String>, SealError> {
        self.master.renewed_text(&place(tenant), wrapped)
    }

    /// A new key of the tenant, wrapped: in place of one that no master key unwraps. Processes that know the one before
    /// must be restarted.
    ///
    /// # Errors
    /// The system has no random bytes.
    pub fn fresh(&self, tenant: TenantId) -> Result<String, SealError> {
        let key = STANDARD.encode(entropy::<KEY>()?);
        self.master.seal_text(&place(tenant), key.as_bytes())
    }
}

/// What a wrapped key is bound to, so that a row moved to another tenant cannot be unwrapped.
///
/// FROZEN: wrapped keys of released versions open under this text only.
fn place(tenant: TenantId) -> Vec<u8> {
    format!("data-key/{tenant}").into_bytes()
}

/// AES-256-GCM with the data key of a tenant. It also opens what the master key sealed, before there were data keys.
///
/// FROZEN: the sealed form, because databases hold it: version (1 byte), nonce (12 bytes), ciphertext with tag.
pub struct TenantSeal {
    key: LessSafeKey,
    master: Arc<SecretBox>,
}

impl TenantSeal {
    /// # Errors
    /// The key is none.
    pub fn new(key: &[u8; KEY], master: Arc<SecretBox>) -> Result<Self, SealError> {
        let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| SealError::DoesNotOpen)?;
        Ok(Self { key: LessSafeKey::new(key), master })
    }

    /// Seals for the place that `aad` names, as base64. Two seals of the same text differ.
    ///
    /// # Errors
    /// The system has no random bytes, or the text is too long.
    pub fn seal_text(&self, aad: &[u8], plaintext: &[u8]) -> Result<String, SealError> {
        let nonce = entropy::<NONCE_LEN>()?;
        let mut sealed = plaintext.to_vec();
        let unique = Nonce::assume_unique_for_key(nonce);
        self.key.seal_in_place_append_tag(unique, Aad::from(aad), &mut sealed).map_err(|_| SealError::TooLong)?;
        Ok(STANDARD.encode([&[VERSION], nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what was sealed for the same `aad`. The plaintext must be UTF-8.
    ///
    /// # Errors
    /// Key or place differ, or the sealed bytes were changed.
    pub fn open_text(&self, aad: &[u8], sealed: &str) -> Result<SecretString, SealError> {
        let bytes = STANDARD.decode(sealed).map_err(|_| SealError::DoesNotOpen)?;
        if !is_of_data_key(&bytes) {
            return self.master.open_text(aad, sealed);
        }
        let (nonce, rest) = bytes[1..].split_first_chunk::<NONCE_LEN>().ok_or(SealError::DoesNotOpen)?;
        let mut rest = SecretSlice::from(rest.to_vec());
        let opened = secrecy::ExposeSecretMut::expose_secret_mut(&mut rest);
        let opened = self.key.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(aad), opened);
        let text = std::str::from_utf8(opened.map_err(|_| SealError::DoesNotOpen)?);
        Ok(text.map_err(|_| SealError::DoesNotOpen)?.into())
    }

    /// What the master key sealed, sealed with the data key; `None` when that one sealed it.
    ///
    /// # Errors
    /// Nothing opens it.
    pub fn renewed_text(&self, aad: &[u8], sealed: &str) -> Result<Option<String>, SealError> {
        let bytes = STANDARD.decode(sealed).map_err(|_| SealError::DoesNotOpen)?;
        if is_of_data_key(&bytes) {
            return Ok(None);
        }
        let opened = self.master.open_text(aad, sealed)?;
        self.seal_text(aad, opened.expose_secret().as_bytes()).map(Some)
    }
}

fn is_of_data_key(sealed: &[u8]) -> bool {
    sealed.first() == Some(&VERSION)
}

impl std::fmt::Debug for TenantSeal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TenantSeal(..)")
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyring(..)")
    }
}

#[cfg(test)]
mod tests;
