//! Writes of one tenant that arrive together share one transaction.
//!
//! A tenant's audit chain lets its transactions through one at a time, each waiting for the disk: alone they would be
//! as slow as the disk. While one batch is being written, what arrives for the same tenant gathers into the next.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use artel_domain::TenantId;
use artel_store::{Result, StoreError};
use async_trait::async_trait;
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

/// Items in one transaction.
const BATCH: usize = 64;

/// What is written, and how.
#[async_trait]
pub(crate) trait Batch: Send + Sync + 'static {
    type Item: Send + Sync + 'static;
    type Answer: Send + 'static;

    /// All items in one transaction: an answer for each, in order, or an error for all.
    async fn write(&self, tenant: TenantId, items: &[Self::Item]) -> Result<Vec<Result<Self::Answer>>>;
}

/// A queue per tenant that has something to write.
pub(crate) struct Lanes<B: Batch> {
    shared: Arc<Shared<B>>,
    writers: TaskTracker,
}

struct Shared<B: Batch> {
    batch: B,
    /// A lane is here exactly as long as a task writes it.
    lanes: Mutex<HashMap<TenantId, Vec<Waiting<B>>>>,
}

struct Waiting<B: Batch> {
    item: B::Item,
    answer: oneshot::Sender<Result<B::Answer>>,
}

impl<B: Batch> Lanes<B> {
    pub(crate) fn new(batch: B) -> Self {
        Self { shared: Arc::new(Shared { batch, lanes: Mutex::default() }), writers: TaskTracker::new() }
    }

    /// Writes the item, together with what else waits. It is written even when the caller goes away.
    pub(crate) async fn write(&self, tenant: TenantId, item: B::Item) -> Result<B::Answer> {
        let (answer, answered) = oneshot::channel();
        if self.shared.enqueue(tenant, Waiting { item, answer }) {
            self.writers.spawn(Arc::clone(&self.shared).write_lane(tenant));
        }
        answered.await.unwrap_or_else(|gone| Err(StoreError::Unavailable(Box::new(gone))))
    }

    /// Waits until nothing is queued.
    pub(crate) async fn finish(&self) {
        self.writers.close();
        self.writers.wait().await;
    }
}

impl<B: Batch> std::fmt::Debug for Lanes<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lanes").field("writers", &self.writers.len()).finish_non_exhaustive()
    }
}

impl<B: Batch> Shared<B> {
    fn lanes(&self) -> MutexGuard<'_, HashMap<TenantId, Vec<Waiting<B>>>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True when the lane is new: it needs a writer.
    fn enqueue(&self, tenant: TenantId, waiting: Waiting<B>) -> bool {
        match self.lanes().entry(tenant) {
            Entry::Occupied(mut lane) => {
                lane.get_mut().push(waiting);
                false
            }
            Entry::Vacant(lane) => {
                lane.insert(vec![waiting]);
                true
            }
        }
    }

    /// The oldest of the lane; an empty lane goes away.
    fn take(&self, tenant: TenantId) -> Vec<Waiting<B>> {
        let mut lanes = self.lanes();
        let Some(lane) = lanes.get_mut(&tenant) else { return Vec::new() };
        if lane.is_empty() {
            lanes.remove(&tenant);
            return Vec::new();
        }
        lane.drain(..lane.len().min(BATCH)).collect()
    }

    async fn write_lane(self: Arc<Self>, tenant: TenantId) {
        loop {
            let batch = self.take(tenant);
            if batch.is_empty() {
                return;
            }
            self.write_batch(tenant, batch).await;
        }
    }

    async fn write_batch(&self, tenant: TenantId, batch: Vec<Waiting<B>>) {
        let (items, answers): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|waiting| (waiting.item, waiting.answer)).unzip();
        let results = match self.batch.write(tenant, &items).await {
            Ok(results) => results,
            Err(error) => self.one_by_one(tenant, &items, error).await,
        };
        for (answer, result) in answers.into_iter().zip(results) {
            // A caller that went away does not want to know.
            let _ = answer.send(result);
        }
    }

    /// What one item did wrong must not fail the others; what the database cannot do now it cannot do for any of them.
    async fn one_by_one(&self, tenant: TenantId, items: &[B::Item], error: StoreError) -> Vec<Result<B::Answer>> {
        if let [_] = items {
            return vec![Err(error)];
        }
        if let StoreError::Unavailable(why) = error {
            let why = why.to_string();
            return items.iter().map(|_| Err(StoreError::Unavailable(why.clone().into()))).collect();
        }
        let mut results = Vec::with_capacity(items.len());
        for item in items {
            let alone = self.batch.write(tenant, std::slice::from_ref(item)).await;
            results.extend(alone.unwrap_or_else(|error| vec![Err(error)]));
        }
        results
    }
}

#[cfg(test)]
mod tests;
