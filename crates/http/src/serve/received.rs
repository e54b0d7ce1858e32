use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many bytes a connection has brought so far: an extension of its requests. A protocol whose library tells nothing
/// of what it holds can be measured with it.
#[derive(Debug, Clone, Default)]
pub struct Received(Arc<AtomicU64>);

impl Received {
    /// All bytes since the connection was opened.
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// More bytes came.
    pub fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}
