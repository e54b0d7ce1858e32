//! Keys of accounts, in place of the operator's.

use async_trait::async_trait;
use secrecy::SecretString;

use crate::ModelError;

/// Looks up the keys that accounts have of their own. It is called before every model call, so it must be fast.
#[async_trait]
pub trait KeyRing: Send + Sync {
    /// The account's own key for a provider (`openai`, `custom:<name>`); `None` when the account has none and the
    /// operator's key is used.
    ///
    /// # Errors
    /// `KeysUnavailable` when the key cannot be looked up now. The model call fails then, so that the operator does not
    /// pay for it by mistake.
    async fn key(&self, account: &str, provider: &str) -> Result<Option<SecretString>, ModelError>;
}

/// A key ring without keys.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NoKeys;

#[async_trait]
impl KeyRing for NoKeys {
    async fn key(&self, _: &str, _: &str) -> Result<Option<SecretString>, ModelError> {
        Ok(None)
    }
}
