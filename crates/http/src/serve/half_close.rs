//! Clients that close their side after the request and still read: scripts with `nc`, old libraries. Nothing tells them
//! from clients that are gone until something is written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio_util::sync::CancellationToken;

/// How a connection takes the end of what its client sends. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct HalfClose {
    /// The request has come whole, and its answer has not.
    answers: Arc<AtomicBool>,
    ends_with_client: EndsWithClient,
    /// The client closed its side while it was being answered.
    closed: CancellationToken,
}

/// An extension of each request. A request that costs something for as long as it lasts sets it: it ends when its
/// client closes its side.
#[derive(Debug, Clone, Default)]
pub struct EndsWithClient(Arc<AtomicBool>);

impl EndsWithClient {
    /// From now on the request ends with its client.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl HalfClose {
    /// A request has begun. `is_whole`: it has no body.
    pub(super) fn begin(&self, is_whole: bool) {
        self.ends_with_client.0.store(false, Ordering::Relaxed);
        self.answers.store(is_whole, Ordering::Relaxed);
    }

    /// The request's body has come to its end.
    pub(super) fn whole(&self) {
        self.answers.store(true, Ordering::Relaxed);
    }

    /// The answer is made, or the connection is no HTTP any more.
    pub(super) fn answered(&self) {
        // After an end that was kept back, the connection closes by itself.
        if !self.closed.is_cancelled() {
            self.answers.store(false, Ordering::Relaxed);
        }
    }

    pub(super) fn ends_with_client(&self) -> &EndsWithClient {
        &self.ends_with_client
    }

    /// The client closed its side. True when the answer under way is still for it.
    pub(super) fn keeps_answering(&self) -> bool {
        let keeps = self.answers.load(Ordering::Relaxed) && !self.ends_with_client.0.load(Ordering::Relaxed);
        if keeps {
            self.closed.cancel();
        }
        keeps
    }

    /// Completes when an end was kept back: the answer under way is the last one.
    pub(super) async fn closed(&self) {
        self.closed.cancelled().await;
    }
}
