//! Keys of whoever asks, in place of the operator's.

use async_trait::async_trait;
use secrecy::SecretString;

use crate::ModelError;

/// Knows the keys that accounts have of their own. Asked before every call, so it must be quick.
#[async_trait]
pub trait KeyRing: Send + Sync {
    /// The account's own key for a provider (`openai`, `custom:<name>`); `None` when it has none and the operator's is meant.
    ///
    /// An error fails the call: when it cannot be told whose key to use, nobody else is to pay for it.
    async fn key(&self, account: &str, provider: &str) -> Result<Option<SecretString>, ModelError>;
}

/// Nobody has a key of their own.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NoKeys;

#[async_trait]
impl KeyRing for NoKeys {
    async fn key(&self, _: &str, _: &str) -> Result<Option<SecretString>, ModelError> {
        Ok(None)
    }
}
