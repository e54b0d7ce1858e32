//! The connections of all ports of a process: how many there may be, and how long each may keep a place without a
//! request.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::half_close::HalfClose;
use super::received::Received;
use crate::ip;

/// A body that brought nothing for so long may give way. Whoever sends a large one pauses for less.
const SILENT: Duration = Duration::from_secs(1);

/// How many connections there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// At all ports together.
    pub in_all: usize,
    /// From one address, or from one IPv6 network of 64 bits. A reverse proxy is one address.
    pub per_address: usize,
    /// Beyond `in_all`, for requests that ask for health or metrics only.
    pub for_health: usize,
}

impl ConnectionLimits {
    /// Limits for a process that may open `files` descriptors: half of them stay free for the store, the providers and
    /// the tools.
    pub fn for_open_files(files: u64) -> Self {
        let in_all = usize::try_from(files / 2).unwrap_or(usize::MAX).clamp(32, 65_536);
        Self { in_all, per_address: in_all.div_ceil(2).max(32), for_health: 16 }
    }
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self::for_open_files(1024)
    }
}

/// The open connections of a process. Cheap to clone; all ports share one.
#[derive(Clone)]
pub struct Connections(Arc<Shared>);

struct Shared {
    limits: ConnectionLimits,
    /// Times of stages are milliseconds since this.
    started: Instant,
    open: Mutex<Open>,
    /// Sockets that are read to their end after the last answer.
    lingering: TaskTracker,
}

#[derive(Default)]
struct Open {
    next: u64,
    by_id: HashMap<u64, Arc<Connection>>,
    by_network: HashMap<IpAddr, usize>,
    /// Of those in `by_id`, how many were told to close and have not done so yet.
    closing: usize,
}

/// What a new connection may do.
pub(super) enum Admission {
    /// Everything.
    Open(Place),
    /// Ask for health or metrics: all other places are taken.
    HealthOnly(Place),
    Refused,
}

/// A connection's place; given back when dropped.
pub(super) struct Place {
    id: u64,
    connection: Arc<Connection>,
    connections: Connections,
}

/// One connection, as its reader, its service and the sweep see it.
pub(super) struct Connection {
    network: IpAddr,
    /// [`Stage`] in the highest byte, below it the milliseconds at which the stage began.
    stage: AtomicU64,
    lingers: AtomicBool,
    received: Received,
    half_close: HalfClose,
    close: CancellationToken,
}

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Stage {
    /// The server waits for the rest of a request's head, or for the first byte of a new connection.
    Head = 0,
    /// An answer is finished, and no byte of another request has come.
    Idle = 1,
    /// The server waits for more of a request's body.
    Body = 2,
    /// A request is being answered, or the connection is a WebSocket.
    Busy = 3,
    /// The connection was told to close.
    Closing = 4,
}

impl Connections {
    /// No connection is open yet.
    pub fn new(limits: ConnectionLimits) -> Self {
        let started = Instant::now();
        Self(Arc::new(Shared { limits, started, open: Mutex::default(), lingering: TaskTracker::new() }))
    }

    /// How many are open now.
    pub fn count(&self) -> usize {
        self.lock().by_id.len()
    }

    /// Gives a new connection a place. When all are taken, the connection that has waited longest without a whole
    /// request loses its place; one that is being answered never does.
    pub(super) fn admit(&self, address: IpAddr) -> Admission {
        let (limits, now, network) = (self.0.limits, self.now(), ip::network(address));
        let mut open = self.lock();
        let full_for_network = open.by_network.get(&network).is_some_and(|count| *count >= limits.per_address);
        if full_for_network && !open.close_longest_waiting(Some(network), now) {
            return Admission::Refused;
        }
        if open.in_use() < limits.in_all || open.close_longest_waiting(None, now) {
            return Admission::Open(self.place(&mut open, network));
        }
        if open.in_use() < limits.in_all + limits.for_health {
            return Admission::HealthOnly(self.place(&mut open, network));
        }
        Admission::Refused
    }

    /// Closes the connections that have been in a stage for longer than it may last.
    pub(super) fn sweep(&self, head: Duration, idle: Duration) {
        let now = self.now();
        let mut open = self.lock();
        let late = |connection: &&Arc<Connection>| {
            let (stage, since) = connection.stage();
            let most = match stage {
                Stage::Head => head,
                Stage::Idle => idle,
                // A silent body ends by itself, with an answer that says so.
                Stage::Body | Stage::Busy | Stage::Closing => return false,
            };
            Duration::from_millis(now.saturating_sub(since)) >= most
        };
        let late: Vec<_> = open.by_id.values().filter(late).cloned().collect();
        for connection in &late {
            open.close(connection);
        }
    }

    pub(super) fn lingering(&self) -> &TaskTracker {
        &self.0.lingering
    }

    fn place(&self, open: &mut Open, network: IpAddr) -> Place {
        let id = open.next;
        open.next += 1;
        let stage = AtomicU64::new(encode(Stage::Head, self.now()));
        let (received, close) = (Received::default(), CancellationToken::new());
        let (lingers, half_close) = (AtomicBool::new(false), HalfClose::default());
        let connection = Arc::new(Connection { network, stage, lingers, received, half_close, close });
        open.by_id.insert(id, connection.clone());
        *open.by_network.entry(network).or_default() += 1;
        Place { id, connection, connections: self.clone() }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.0.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Open> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn in_use(&self) -> usize {
        self.by_id.len() - self.closing
    }

    fn close(&mut self, connection: &Connection) {
        if connection.close() {
            self.closing += 1;
        }
    }

    /// Unfinished heads go first, then connections between two requests, then bodies that bring nothing. False when
    /// every connection is being answered.
    fn close_longest_waiting(&mut self, network: Option<IpAddr>, now: u64) -> bool {
        let of_network = |connection: &&Arc<Connection>| network.is_none_or(|network| connection.network == network);
        let waiting = self.by_id.values().filter(of_network).filter(|connection| connection.gives_way(now));
        let longest = waiting.min_by_key(|connection| connection.stage.load(Ordering::Relaxed)).cloned();
        longest.inspect(|connection| self.close(connection)).is_some()
    }
}

impl Place {
    pub(super) fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// The connection enters a stage now.
    pub(super) fn enter(&self, stage: Stage) {
        self.connection.enter(stage, self.connections.now());
    }

    /// Bytes arrived: between two requests they begin a head.
    pub(super) fn heard(&self, bytes: usize) {
        self.connection.received.add(bytes as u64);
        match self.connection.stage().0 {
            Stage::Idle => self.enter(Stage::Head),
            Stage::Body => self.enter(Stage::Body),
            Stage::Head | Stage::Busy | Stage::Closing => {}
        }
    }

    /// More of the request's body is waited for, from now on or still.
    pub(super) fn waits_for_body(&self) {
        if self.connection.stage().0 == Stage::Busy {
            self.enter(Stage::Body);
        }
    }

    /// A part of the body was read, or nobody reads it any more.
    pub(super) fn goes_on(&self) {
        if self.connection.stage().0 == Stage::Body {
            self.enter(Stage::Busy);
        }
    }

    pub(super) fn connections(&self) -> &Connections {
        &self.connections
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.lock();
        open.by_id.remove(&self.id);
        open.closing -= usize::from(self.connection.close.is_cancelled());
        let network = self.connection.network;
        if let Some(count) = open.by_network.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                open.by_network.remove(&network);
            }
        }
    }
}

impl Connection {
    /// Completes when the connection has to close.
    pub(super) async fn closed(&self) {
        self.close.cancelled().await;
    }

    /// The last answer left a part of its request unread: the socket is read to its end before it is closed, because a
    /// socket that is closed over unread bytes takes the answer with it.
    pub(super) fn linger(&self) {
        self.lingers.store(true, Ordering::Relaxed);
    }

    pub(super) fn lingers(&self) -> bool {
        self.lingers.load(Ordering::Relaxed)
    }

    /// What it has brought so far.
    pub(super) fn received(&self) -> &Received {
        &self.received
    }

    pub(super) fn half_close(&self) -> &HalfClose {
        &self.half_close
    }

    fn stage(&self) -> (Stage, u64) {
        decode(self.stage.load(Ordering::Relaxed))
    }

    /// Whether it may lose its place to a new connection.
    fn gives_way(&self, now: u64) -> bool {
        let (stage, since) = self.stage();
        match stage {
            Stage::Head | Stage::Idle => true,
            Stage::Body => Duration::from_millis(now.saturating_sub(since)) >= SILENT,
            Stage::Busy | Stage::Closing => false,
        }
    }

    /// A connection that was told to close stays in that stage.
    fn enter(&self, stage: Stage, now: u64) {
        let next = |word| (decode(word).0 != Stage::Closing).then_some(encode(stage, now));
        let _ = self.stage.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
    }

    /// False when it was told so before.
    fn close(&self) -> bool {
        self.enter(Stage::Closing, 0);
        let first = !self.close.is_cancelled();
        self.close.cancel();
        first
    }
}

const STAGE_BITS: u32 = 56;

fn encode(stage: Stage, millis: u64) -> u64 {
    (u64::from(stage as u8) << STAGE_BITS) | (millis & ((1 << STAGE_BITS) - 1))
}

fn decode(word: u64) -> (Stage, u64) {
    let stage = match word >> STAGE_BITS {
        0 => Stage::Head,
        1 => Stage::Idle,
        2 => Stage::Body,
        3 => Stage::Busy,
        _ => Stage::Closing,
    };
    (stage, word & ((1 << STAGE_BITS) - 1))
}
