use async_trait::async_trait;

/// The numbers of `/metrics`. They belong to the whole process, so whoever wires it keeps them.
#[async_trait]
pub trait MetricsText: Send + Sync {
    /// In Prometheus text format.
    async fn render(&self) -> String;
}
