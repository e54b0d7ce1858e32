//! WebSockets: the only way to open one takes the caller's standing, and the socket ends with it.

use std::time::Duration;

use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::response::Response;

use crate::open::Open;
use crate::standing::{Standing, Watch};

/// How long a conversation may take to end by itself once the standing is lost. Together with the time after which a
/// loss is noticed at the latest this stays below five seconds.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Upgrades the connection and hands it to `talk`, with the watch on the caller's standing: `talk` says goodbye when
/// that completes. The socket is cut when it does not.
#[expect(clippy::disallowed_methods, reason = "the socket ends with the caller's standing")]
pub fn upgrade<T, F>(standing: &Standing, upgrade: WebSocketUpgrade, talk: T) -> Response
where
    T: FnOnce(WebSocket, Watch) -> F + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let (watch, end) = (standing.watch(), standing.watch());
    upgrade.on_upgrade(move |socket| async move {
        let _open = Open::socket();
        tokio::select! {
            () = talk(socket, watch) => {}
            () = overdue(end) => tracing::warn!("a socket did not end with its caller's standing and was cut"),
        }
    })
}

async fn overdue(end: Watch) {
    end.await;
    tokio::time::sleep(LAST_WORDS).await;
}
