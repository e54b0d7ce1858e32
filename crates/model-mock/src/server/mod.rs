//! The listener and its connections.

mod admin;
mod connection;
mod incoming;
mod send;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::Mock;

/// Accepts connections until the future is dropped, which ends all of them.
pub(crate) async fn serve(mock: Mock, listener: TcpListener) -> std::io::Result<()> {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else {
                    // Out of file descriptors, or a client that closed at once. In both cases the mock continues.
                    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                    continue;
                };
                connections.spawn(connection::serve(mock.clone(), stream));
            }
        }
    }
}
