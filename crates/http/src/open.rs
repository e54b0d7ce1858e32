//! What is open now, for the metrics.

use metrics::{Gauge, gauge};

/// One of the things that a gauge counts, until it is dropped.
pub(crate) struct Open(Gauge);

impl Open {
    /// An answer that goes on.
    pub(crate) fn stream() -> Self {
        Self::counted(gauge!("artel_streams_open"))
    }

    /// A WebSocket.
    pub(crate) fn socket() -> Self {
        Self::counted(gauge!("artel_sockets_open"))
    }

    fn counted(gauge: Gauge) -> Self {
        gauge.increment(1.0);
        Self(gauge)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}
