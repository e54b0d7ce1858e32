//! The listener and its connections.

mod admin;
mod connection;
mod incoming;
pub(crate) mod ledger;
mod send;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::script::Step;
use crate::{Asked, Call, Mock, Reply, Words};

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

/// What a mock without a script does: it calls the first tool offered once, then tells what it said; without tools it echoes.
pub(crate) fn natural(asked: &Asked) -> Reply {
    if asked.last_role() == "tool" {
        return Reply::of([Step::Text(Words::Whole(format!("The tool said {}", asked.last_text())))]);
    }
    match asked.first_tool() {
        Some(_) => Reply::of([Step::Tool(Call::default())]),
        None => Reply::of([Step::Echo]),
    }
}
