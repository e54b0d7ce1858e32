//! Helpers of both suites: frames, waiting, and a separate Redis server.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use artel_bus::{Followed, Follower};
use artel_bus_redis::RedisBus;
use artel_domain::{Clock, Entry, Event, Frame, RunId, SessionId, SystemClock, TenantId, Timestamp};
use uuid::Uuid;

pub(crate) const SOON: Duration = Duration::from_secs(10);

pub(crate) async fn bus(url: &str) -> RedisBus {
    RedisBus::connect(url, &SystemClock).await.unwrap()
}

pub(crate) fn tenant() -> TenantId {
    TenantId(Uuid::from_u128(1))
}

pub(crate) fn run(n: u128) -> RunId {
    RunId(Uuid::from_u128(n))
}

pub(crate) fn unique(name: &str) -> String {
    format!("{name}-{}", SystemClock.uuid())
}

pub(crate) fn frame(session: &SessionId, seq: i64) -> Arc<Frame> {
    let event = Event::Delta { step: 1, text: format!("word {seq}") };
    let entry = Entry { seq, run_id: run(1), at: Timestamp::UNIX_EPOCH, event };
    Arc::new(Frame {
        tenant_id: tenant(),
        session_id: session.clone(),
        prev: seq - 1,
        entry: Arc::new(entry),
        stored: false,
    })
}

/// The next thing that a follower receives: the frame's `seq`, or `None` when it is told to read the store.
pub(crate) async fn receive(follower: &mut Follower) -> Option<i64> {
    match tokio::time::timeout(SOON, follower.next()).await.expect("nothing was heard") {
        Followed::Frame(frame) => Some(frame.entry.seq),
        Followed::Lagged => None,
        Followed::Closed => panic!("the bus is gone"),
    }
}

/// Waits until `follower` has been told to read the store. That happens as soon as the channel of its session is open.
pub(crate) async fn until_told_to_reread(follower: &mut Follower) {
    while receive(follower).await.is_some() {}
}

/// Polls until `done`.
pub(crate) async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !done().await {
        assert!(started.elapsed() < SOON, "{what}: did not happen");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A Redis server that a test may kill and pause.
pub(crate) struct Server {
    port: u16,
    child: Option<Child>,
}

impl Server {
    /// A free port for a server that is not started yet.
    pub(crate) fn reserved() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { port, child: None }
    }

    pub(crate) async fn started() -> Self {
        let mut server = Self::reserved();
        server.start().await;
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) async fn start(&mut self) {
        let port = self.port.to_string();
        let arguments = ["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
        let child = Command::new("redis-server").args(arguments).stdout(Stdio::null()).spawn();
        self.child = Some(child.expect("these tests need the program redis-server"));
        until("redis-server answers", async || self.command("PING").await).await;
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub(crate) fn pause(&self) {
        self.signal("-STOP");
    }

    pub(crate) fn resume(&self) {
        self.signal("-CONT");
    }

    pub(crate) async fn command(&self, words: &str) -> bool {
        let Ok(client) = redis::Client::open(self.url()) else { return false };
        let Ok(mut connection) = client.get_multiplexed_async_connection().await else { return false };
        let mut command = redis::Cmd::new();
        for word in words.split(' ') {
            command.arg(word);
        }
        command.exec_async(&mut connection).await.is_ok()
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.as_ref().expect("the server runs").id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
