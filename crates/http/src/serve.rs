//! Routes behind a port: one task per connection, HTTP/1.1, upgrades to WebSocket.
//!
//! A connection without a request costs a descriptor, and whoever opens many takes them all. So the head of a request
//! must arrive within seconds, connections are counted for each address and in all, and those that wait longest give
//! way.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use hyper::Request;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

mod answer;
mod connections;
mod half_close;
mod received;
mod socket;
mod unread;

pub use connections::{ConnectionLimits, Connections};
pub use half_close::EndsWithClient;
pub use received::Received;

use connections::{Admission, Place};
use socket::Socket;

/// Bytes of the head of a request; a longer one is a 431. Everything that reads a head costs by its length, for callers
/// that nobody knows yet. It holds a long token, many cookies and a long query, and is what proxies let through.
const LONGEST_HEAD: usize = 64 * 1024;

/// How long a port waits for others.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// How long the head of a request may take: from the beginning of a connection, or from the first byte after an
    /// answer.
    pub head: Duration,
    /// How long a connection may stay silent between an answer and the next request.
    pub idle: Duration,
    /// How long open answers may take to end once nothing new is taken.
    pub drain: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        // It is to be the others who close a silent connection, so that none of them sends into one that is closing.
        // Most do after 60 to 120 s; Google's load balancer, which cannot be told otherwise, after 600 s.
        Self { head: Duration::from_secs(15), idle: Duration::from_secs(620), drain: Duration::from_secs(5) }
    }
}

/// Serves until `stop`, then lets open answers end, and cuts what is left. Returns whether nothing was cut.
///
/// `connections` are those of the whole process: every port gets the same.
pub async fn serve(
    mut listener: TcpListener,
    routes: Router,
    stop: CancellationToken,
    patience: Patience,
    connections: Connections,
) -> bool {
    let routes = routes.with_state(());
    let mut tasks = JoinSet::new();
    let mut sweep = tokio::time::interval((patience.head / 8).clamp(Duration::from_millis(10), Duration::from_secs(1)));
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            (stream, peer) = Listener::accept(&mut listener) => {
                let (place, health_only) = match connections.admit(peer.ip()) {
                    Admission::Open(place) => (place, false),
                    Admission::HealthOnly(place) => (place, true),
                    Admission::Refused => {
                        refuse(&stream);
                        continue;
                    }
                };
                tasks.spawn(connection(stream, peer, routes.clone(), stop.clone(), Arc::new(place), health_only));
            }
            _ = sweep.tick() => connections.sweep(patience.head, patience.idle),
            Some(_) = tasks.join_next() => {}
        }
    }
    drop(listener);
    let ended = tokio::time::timeout(patience.drain, async { while tasks.join_next().await.is_some() {} }).await;
    tasks.shutdown().await;
    ended.is_ok()
}

/// There is no place for the connection, and nobody is to wait for it: the answer goes out if the socket takes it at
/// once.
fn refuse(stream: &TcpStream) {
    const FULL: &[u8] =
        b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n";
    let _ = stream.try_write(FULL);
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    routes: Router,
    stop: CancellationToken,
    place: Arc<Place>,
    health_only: bool,
) {
    // A stream is many small writes; none of them is to wait for the reader's acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let of_service = place.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        // At once: the next thing that is read may be the end of what the client sends.
        of_service.connection().half_close().begin(request.body().is_end_stream());
        answer::answer(request, peer, routes.clone(), of_service.clone(), health_only)
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(LONGEST_HEAD);
    let socket = TokioIo::new(Socket::new(stream, place.clone()));
    let mut connection = pin!(server.serve_connection(socket, service).with_upgrades());
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        () = place.connection().closed() => return,
        // Either way the answer under way is the last one.
        () = ends(&stop, &place) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    // Most often a client that went away.
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
    }
}

async fn ends(stop: &CancellationToken, place: &Place) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = place.connection().half_close().closed() => {}
    }
}

#[cfg(test)]
mod tests;
