//! Keys of accounts, in place of the operator's.

use async_trait::async_trait;
use secrecy::SecretString;

use crate::ModelError;

/// Knows the keys that accounts have of their own. It is asked before every call, so it must be quick.
#[async_trait]
pub trait KeyRing: Send + Sync {
    /// The account's own key for a provider (`openai`, `custom:<name>`); `None` when it has none and the operator's is
    /// meant.
    ///
    /// # Errors
    /// Fails when the key cannot be looked up. The call fails then, so that the operator does not pay for it by
    /// mistake.
    async fn key(&self, account: &str, provider: &str) -> Result<Option<SecretString>, ModelError>;
}

/// No account has a key of its own.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NoKeys;

#[async_trait]
impl KeyRing for NoKeys {
    async fn key(&self, _: &str, _: &str) -> Result<Option<SecretString>, ModelError> {
        Ok(None)
    }
}
