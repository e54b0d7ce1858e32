use std::sync::Arc;
use std::time::{Duration, Instant};

use artel_bus::{AccessChanges, Admission, Bus, Cancellations, Follower, LocalBus};
use artel_domain::{Clock, Frame, RateLimit, RunId, SessionId, TenantId};
use async_trait::async_trait;
use redis::Client;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::channel::{Channels, Message};
use crate::limits::SharedLimits;
use crate::link::Link;
use crate::log_throttle::LogThrottle;
use crate::outbox::Outbox;
use crate::reader::{Reader, observed};
use crate::shelf::SharedShelf;

/// How long the start waits for Redis before it continues without.
const START_TIMEOUT: Duration = Duration::from_secs(1);
const PING_TIMEOUT: Duration = Duration::from_secs(1);

/// The bus of one process among many. Messages are delivered within the process at once, and to the other processes
/// through Redis.
pub struct RedisBus {
    local: Arc<LocalBus>,
    outbox: Outbox,
    limits: SharedLimits,
    shelf: SharedShelf,
    degraded: LogThrottle,
    asking: Link,
    subscribed: watch::Receiver<bool>,
    _stop: DropGuard,
}

/// The URL of Redis is not valid.
#[derive(Debug, thiserror::Error)]
#[error("not the address of a Redis server (redis://[user:password@]host[:port][/database], rediss:// with TLS): {0}")]
pub struct BadUrl(redis::RedisError);

/// The state of the connection to the other processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// The time of a round trip to Redis; `None` when Redis cannot be reached.
    pub latency: Option<Duration>,
    /// Whether messages from other processes arrive.
    pub subscribed: bool,
    /// Messages to other processes that were dropped since the start.
    pub messages_lost: u64,
    /// Uses that only this process counted since the start, because Redis could not be reached.
    pub limits_degraded: u64,
}

impl RedisBus {
    /// Connects to the processes that share this Redis. When Redis cannot be reached, the bus starts alone and connects
    /// later. The tasks run on the current tokio runtime and stop when the bus is dropped.
    ///
    /// # Errors
    /// Fails for an invalid URL.
    pub async fn connect(url: &str, clock: &dyn Clock) -> Result<Self, BadUrl> {
        // Only TLS needs the provider. A provider that was installed before stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::open(url).map_err(BadUrl)?;
        let database = client.get_connection_info().redis_settings().db();
        let bus = Self::start(&client, Arc::new(Channels::new(database, clock.uuid())));
        let mut subscribed = bus.subscribed.clone();
        let joined = async {
            bus.asking.up().await;
            let _ = subscribed.wait_for(|yes| *yes).await;
        };
        if timeout(START_TIMEOUT, joined).await.is_err() {
            tracing::warn!("starting without Redis; other processes are found through the store until it is there");
        }
        Ok(bus)
    }

    fn start(client: &Client, channels: Arc<Channels>) -> Self {
        let (asking, telling) = (Link::new(), Link::new());
        let (local, changes) = observed();
        let (outbox, sending) = Outbox::new(telling.clone(), Arc::clone(&channels));
        let reader = Reader::new(client.clone(), Arc::clone(&channels), Arc::clone(&local), changes);
        let subscribed = reader.subscribed();

        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        tasks.spawn(stop.clone().run_until_cancelled_owned(asking.clone().keep(client.clone())));
        tasks.spawn(stop.clone().run_until_cancelled_owned(telling.keep(client.clone())));
        tasks.spawn(stop.clone().run_until_cancelled_owned(sending.run()));
        tasks.spawn(stop.clone().run_until_cancelled_owned(reader.run()));

        let limits = SharedLimits::new(asking.clone(), Arc::clone(&channels));
        let shelf = SharedShelf::new(asking.clone(), channels);
        Self {
            local,
            outbox,
            limits,
            shelf,
            degraded: LogThrottle::default(),
            asking,
            subscribed,
            _stop: stop.drop_guard(),
        }
    }

    /// Measures the round trip to Redis, and reports what its absence has cost so far.
    pub async fn health(&self) -> Health {
        Health {
            latency: self.ping().await,
            subscribed: *self.subscribed.borrow(),
            messages_lost: self.outbox.lost(),
            limits_degraded: self.degraded.total(),
        }
    }

    async fn ping(&self) -> Option<Duration> {
        let mut live = self.asking.live()?;
        let started = Instant::now();
        let answer = timeout(PING_TIMEOUT, redis::cmd("PING").exec_async(&mut live.connection)).await;
        if let Ok(Ok(())) = answer {
            return Some(started.elapsed());
        }
        self.asking.broken(&live);
        None
    }
}

#[async_trait]
impl Bus for RedisBus {
    async fn is_connected(&self) -> Option<bool> {
        Some(self.ping().await.is_some())
    }

    fn publish(&self, frame: Arc<Frame>) {
        self.local.publish(Arc::clone(&frame));
        self.outbox.put(Message::Frame(frame));
    }

    fn follow(&self, tenant: TenantId, session: &SessionId) -> Follower {
        self.local.follow(tenant, session)
    }

    fn wake_workers(&self) {
        self.local.wake_workers();
        self.outbox.put(Message::Wake);
    }

    async fn wait_for_work(&self) {
        self.local.wait_for_work().await;
    }

    fn cancel_run(&self, run: RunId) {
        self.local.cancel_run(run);
        self.outbox.put(Message::Cancel(run));
    }

    fn cancellations(&self) -> Cancellations {
        self.local.cancellations()
    }

    fn access_changed(&self) {
        self.local.access_changed();
        self.outbox.put(Message::Access);
    }

    fn access_changes(&self) -> AccessChanges {
        self.local.access_changes()
    }

    async fn admit(&self, key: &str, rate: RateLimit) -> Admission {
        match self.limits.admit(key, rate).await {
            Ok(admission) => admission,
            Err(error) => {
                if let Some(uses) = self.degraded.add(1) {
                    tracing::warn!(%error, uses, "Redis does not count rate limits; each process counts alone");
                }
                Admission { degraded: true, ..self.local.admit(key, rate).await }
            }
        }
    }

    async fn recall(&self, key: &str) -> Option<Vec<u8>> {
        self.shelf.recall(key).await.unwrap_or_else(|error| {
            tracing::debug!(%error, "a value that is kept in Redis was not read");
            None
        })
    }

    async fn remember(&self, key: &str, value: Vec<u8>, ttl: Duration) {
        if let Err(error) = self.shelf.remember(key, &value, ttl).await {
            tracing::debug!(%error, "a value was not kept in Redis");
        }
    }
}
