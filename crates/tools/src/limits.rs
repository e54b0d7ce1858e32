//! How often one agent may call one tool.

use std::time::Duration;

use artel_domain::{AgentId, RateLimit, TenantId, ToolId};
use async_trait::async_trait;

/// Counts calls: in process, or in whatever the processes share.
#[async_trait]
pub trait CallLimits: Send + Sync {
    /// Take one call of `key`, or say after how long it is worth trying again.
    async fn admit(&self, key: &str, rate: RateLimit) -> Result<(), Duration>;
}

/// The key of a binding's limit.
pub(crate) fn key(tenant: TenantId, agent: AgentId, tool: ToolId) -> String {
    format!("tool:{tenant}:{agent}:{tool}")
}
