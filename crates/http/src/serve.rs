//! Routes behind a port: one task per connection, HTTP/1.1, upgrades to WebSocket.

use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::serve::Listener;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::Service as _;

/// How long others are waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// How long a connection may take to say what it wants, from its beginning or from the answer before.
    pub head: Duration,
    /// How long open answers may take to end once nothing new is taken.
    pub drain: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        // It is to be the others who close a silent connection, so that none of them sends into one that is closing. Most do after 60 to
        // 120 s; Google's load balancer, which cannot be told otherwise, after 600 s.
        Self { head: Duration::from_secs(620), drain: Duration::from_secs(5) }
    }
}

/// Serves until `stop`, then lets open answers end, and cuts what is left. Returns whether nothing was cut.
pub async fn serve(mut listener: TcpListener, routes: Router, stop: CancellationToken, patience: Patience) -> bool {
    let routes = routes.with_state(());
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            (stream, peer) = Listener::accept(&mut listener) => {
                connections.spawn(connection(stream, peer, routes.clone(), stop.clone(), patience.head));
            }
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    let ended = tokio::time::timeout(patience.drain, async { while connections.join_next().await.is_some() {} }).await;
    connections.shutdown().await;
    ended.is_ok()
}

async fn connection(stream: TcpStream, peer: SocketAddr, routes: Router, stop: CancellationToken, patience: Duration) {
    // A stream is many small writes; none of them is to wait for the reader's acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        routes.clone().call(request)
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(patience);
    let mut connection = pin!(server.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    // Most often a client that went away.
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
    }
}

#[cfg(test)]
mod tests;
