use std::time::Duration;

use artel_domain::{Clock, SystemClock};
use tokio::sync::Semaphore;

use super::*;

/// Is written without a permit.
const AT_ONCE: i64 = 100;

/// Doubles numbers; remembers what was written together. Each write waits for a permit, but for one.
struct Doubling {
    batches: Arc<Mutex<Vec<Vec<i64>>>>,
    go: Arc<Semaphore>,
}

#[async_trait]
impl Batch for Doubling {
    type Item = i64;
    type Answer = i64;

    async fn write(&self, _: TenantId, items: &[i64]) -> Result<Vec<Result<i64>>> {
        if items != [AT_ONCE] {
            self.go.acquire().await.unwrap().forget();
        }
        self.batches.lock().unwrap().push(items.to_vec());
        if items.contains(&-1) {
            return Err(StoreError::Broken("minus one".into()));
        }
        if items.contains(&-2) {
            return Err(StoreError::Unavailable("gone".into()));
        }
        Ok(items.iter().map(|item| Ok(item * 2)).collect())
    }
}

struct Bench {
    lanes: Arc<Lanes<Doubling>>,
    batches: Arc<Mutex<Vec<Vec<i64>>>>,
    go: Arc<Semaphore>,
}

impl Bench {
    fn new() -> Self {
        let (batches, go) = (Arc::default(), Arc::new(Semaphore::new(0)));
        let lanes = Arc::new(Lanes::new(Doubling { batches: Arc::clone(&batches), go: Arc::clone(&go) }));
        Self { lanes, batches, go }
    }

    /// Sends all at once, lets `writes` of them through, and gives the answers in order.
    async fn answers(&self, tenant: TenantId, items: &[i64], writes: usize) -> Vec<Result<i64>> {
        let sent: Vec<_> = items.iter().map(|item| Arc::clone(&self.lanes).send(tenant, *item)).collect();
        self.go.add_permits(writes);
        futures::future::join_all(sent).await
    }

    fn batches(&self) -> Vec<Vec<i64>> {
        self.batches.lock().unwrap().clone()
    }
}

impl Lanes<Doubling> {
    async fn send(self: Arc<Self>, tenant: TenantId, item: i64) -> Result<i64> {
        self.write(tenant, item).await
    }
}

fn tenant() -> TenantId {
    TenantId(SystemClock.uuid())
}

#[tokio::test]
async fn what_arrives_while_a_batch_is_written_shares_the_next_one() {
    let bench = Bench::new();
    let tenant = tenant();
    let first = tokio::time::timeout(Duration::from_millis(20), bench.lanes.write(tenant, 1)).await;
    assert!(first.is_err(), "the first write is under way, and its caller has gone away");
    let answers = bench.answers(tenant, &[2, 3, 4], 2).await;
    assert_eq!(answers.into_iter().map(Result::unwrap).collect::<Vec<_>>(), [4, 6, 8]);
    assert_eq!(bench.batches(), [vec![1], vec![2, 3, 4]]);
    bench.lanes.finish().await;
}

#[tokio::test]
async fn tenants_do_not_wait_for_each_other() {
    let bench = Bench::new();
    let stuck = tokio::time::timeout(Duration::from_millis(20), bench.lanes.write(tenant(), 1)).await;
    assert!(stuck.is_err());
    assert_eq!(bench.lanes.write(tenant(), AT_ONCE).await.unwrap(), 2 * AT_ONCE);
}

#[tokio::test]
async fn what_one_item_does_wrong_fails_only_that_item() {
    let answers = Bench::new().answers(tenant(), &[1, -1, 3], 4).await;
    assert!(matches!(answers[..], [Ok(2), Err(StoreError::Broken(_)), Ok(6)]), "{answers:?}");
}

#[tokio::test]
async fn a_database_that_is_gone_is_asked_once_for_all() {
    let bench = Bench::new();
    let answers = bench.answers(tenant(), &[1, -2, 3], 1).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(StoreError::Unavailable(_)))), "{answers:?}");
    assert_eq!(bench.batches().len(), 1);
}
