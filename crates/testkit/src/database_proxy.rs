use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What ends a transaction, as the driver sends it.
const COMMIT: &[u8] = b"COMMIT\0";

/// Stands between Artel and its PostgreSQL, and disturbs their talk.
#[derive(Debug, Clone)]
pub struct DatabaseProxy {
    url: String,
    fault: Arc<Fault>,
}

#[derive(Debug)]
struct Fault {
    /// Commits whose answer is still to be lost.
    commits: AtomicU32,
    frozen: watch::Sender<bool>,
    /// Raised by each cut: connections of an earlier number are closed.
    cuts: watch::Sender<u64>,
}

impl DatabaseProxy {
    /// In front of the server of `url` (`postgres://user@host:port/name`).
    pub async fn start(url: &str) -> Self {
        let (before, rest) = url.split_once('@').expect("a URL with a user");
        let (server, after) = rest.split_once('/').expect("a URL with a database");
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let own = listener.local_addr().expect("an address");
        let fault =
            Fault { commits: AtomicU32::new(0), frozen: watch::Sender::new(false), cuts: watch::Sender::new(0) };
        let proxy = Self { url: format!("{before}@{own}/{after}"), fault: Arc::new(fault) };
        tokio::spawn(accept(listener, server.to_owned(), proxy.fault.clone()));
        proxy
    }

    /// The database's URL by way of the proxy.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The answers to the next `count` commits are lost together with their connections: the database carries the
    /// commits out, and who asked for them hears nothing.
    pub fn lose_commits(&self, count: u32) {
        self.fault.commits.store(count, Ordering::SeqCst);
    }

    /// How many of them are still to come.
    pub fn commits_to_lose(&self) -> u32 {
        self.fault.commits.load(Ordering::SeqCst)
    }

    /// From now on nothing goes through, and no connection is closed: the server is silent. New connections are
    /// accepted and silent too.
    pub fn freeze(&self) {
        self.fault.frozen.send_replace(true);
    }

    /// What was held back goes through.
    pub fn thaw(&self) {
        self.fault.frozen.send_replace(false);
    }

    /// Closes every connection.
    pub fn cut(&self) {
        self.fault.cuts.send_modify(|cuts| *cuts += 1);
    }
}

impl Fault {
    /// True when the answer to a commit that is being sent is to be lost.
    fn takes_commit(&self) -> bool {
        let one_less = |left: u32| left.checked_sub(1);
        self.commits.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok()
    }

    async fn is_thawed(&self) {
        // The sender lives as long as `self`.
        let _ = self.frozen.subscribe().wait_for(|frozen| !frozen).await;
    }
}

async fn accept(listener: TcpListener, server: String, fault: Arc<Fault>) {
    while let Ok((client, _)) = listener.accept().await {
        let (server, fault) = (server.clone(), fault.clone());
        tokio::spawn(async move {
            let mut cuts = fault.cuts.subscribe();
            cuts.mark_unchanged();
            tokio::select! {
                () = connect(client, &server, &fault) => {}
                _ = cuts.changed() => {}
            }
        });
    }
}

async fn connect(client: TcpStream, server: &str, fault: &Fault) {
    fault.is_thawed().await;
    let Ok(server) = TcpStream::connect(server).await else { return };
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let loses = AtomicBool::new(false);
    tokio::select! {
        () = requests(from_client, to_server, fault, &loses) => {}
        () = answers(from_server, to_client, fault, &loses) => {}
    }
}

async fn requests(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    fault: &Fault,
    loses: &AtomicBool,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        fault.is_thawed().await;
        let sent = &buffer[..count];
        if sent.windows(COMMIT.len()).any(|window| window == COMMIT) && fault.takes_commit() {
            loses.store(true, Ordering::SeqCst);
        }
        if to.write_all(sent).await.is_err() {
            return;
        }
    }
}

/// Ends, and with it the connection, at the answer that is to be lost.
async fn answers(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, fault: &Fault, loses: &AtomicBool) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if loses.load(Ordering::SeqCst) {
            return;
        }
        fault.is_thawed().await;
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
