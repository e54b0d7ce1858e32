use std::time::Duration;

/// The operator's settings for tools.
#[derive(Debug, Clone)]
pub struct ToolsConfig {
    /// Milliseconds for one attempt where a binding says nothing.
    pub default_timeout_ms: u64,
    /// Milliseconds for one attempt, whatever a binding says.
    pub max_timeout_ms: u64,
    /// Repetitions after the first attempt.
    pub retry_attempts: u32,
    /// Bytes of an answer that are read; the rest is cut off.
    pub response_cap: usize,
}

impl Default for ToolsConfig {
    fn default() -> Self {
        Self { default_timeout_ms: 15_000, max_timeout_ms: 60_000, retry_attempts: 2, response_cap: 1024 * 1024 }
    }
}

impl ToolsConfig {
    /// The time for one attempt.
    ///
    /// # Arguments
    /// * `asked_ms`: what the binding says, in milliseconds; 0 for the default.
    pub(crate) fn timeout(&self, asked_ms: u64) -> Duration {
        let asked = if asked_ms == 0 { self.default_timeout_ms } else { asked_ms };
        Duration::from_millis(asked.min(self.max_timeout_ms))
    }
}
