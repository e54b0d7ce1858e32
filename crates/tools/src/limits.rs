//! How often one agent may call one tool.

use std::time::Duration;

use artel_domain::{AgentId, RateLimit, TenantId, ToolId};
use async_trait::async_trait;

/// Counts calls: in process, or in whatever the processes share.
#[async_trait]
pub trait CallLimits: Send + Sync {
    /// Counts one call.
    ///
    /// # Arguments
    /// * `key`: what is counted together: one agent's calls of one tool.
    ///
    /// # Errors
    /// How long the caller waits before a call is worth trying again.
    async fn admit(&self, key: &str, rate: RateLimit) -> Result<(), Duration>;
}

/// The key of a binding's limit.
pub(crate) fn key(tenant: TenantId, agent: AgentId, tool: ToolId) -> String {
    format!("tool:{tenant}:{agent}:{tool}")
}
