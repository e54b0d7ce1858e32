use async_trait::async_trait;
use serde_json::Value;

/// The keys that verify what this installation signs. Asked when somebody wants them: the first time, they may have to
/// be made.
#[async_trait]
pub trait PublicKeys: Send + Sync {
    /// A JSON Web Key Set.
    async fn jwks(&self) -> Result<Value, String>;
}
