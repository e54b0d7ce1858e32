//! The listener and its connections.

mod admin;
mod connection;
mod incoming;
mod send;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::Mock;

/// Takes connections for ever. All of them end with this future.
pub(crate) async fn serve(mock: Mock, listener: TcpListener) -> std::io::Result<()> {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else {
                    // Out of file descriptors, or a client that went at once: neither is a reason to stop.
                    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                    continue;
                };
                connections.spawn(connection::serve(mock.clone(), stream));
            }
        }
    }
}
