//! Sends a plan on a connection.

use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::time::{Instant, sleep_until};

use crate::plan::{Op, Plan};

/// A client that sends more than this before its answer is not read any further.
const MOST_AHEAD: usize = 1 << 20;

/// How sending ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    All,
    /// The connection must be reset.
    Reset,
    /// The client closed the connection first.
    ClientGone,
}

/// Sends the plan, and notices at once when the client closes the connection. `ahead` takes the bytes that the client
/// sends meanwhile.
pub(super) async fn perform(plan: &Plan, stream: &mut TcpStream, ahead: &mut BytesMut) -> Sent {
    if let [Op::Send(bytes)] = plan.ops.as_slice() {
        return sent(stream.write_all(bytes).await.is_ok());
    }
    let (mut reader, writer) = stream.split();
    tokio::select! {
        sent = all(&plan.ops, writer) => sent,
        () = gone(&mut reader, ahead) => Sent::ClientGone,
    }
}

async fn all(ops: &[Op], mut writer: WriteHalf<'_>) -> Sent {
    // Pauses count from the end of the previous pause, so that delays do not add up.
    let mut due = Instant::now();
    for (at, op) in ops.iter().enumerate() {
        match op {
            Op::Send(bytes) => {
                if writer.write_all(bytes).await.is_err() {
                    return Sent::ClientGone;
                }
                // One write is one segment, because the connection has no delay. The yield lets the reader see the
                // segment alone.
                if matches!(ops.get(at + 1), Some(Op::Send(_))) {
                    tokio::task::yield_now().await;
                }
            }
            Op::Wait(ms) => {
                due += Duration::from_millis(*ms);
                sleep_until(due).await;
            }
            Op::Hang => std::future::pending().await,
            Op::Reset => return Sent::Reset,
        }
    }
    Sent::All
}

fn sent(all: bool) -> Sent {
    if all { Sent::All } else { Sent::ClientGone }
}

async fn gone(reader: &mut ReadHalf<'_>, ahead: &mut BytesMut) {
    while ahead.len() < MOST_AHEAD {
        ahead.reserve(1024);
        if !reader.read_buf(ahead).await.is_ok_and(|count| count > 0) {
            return;
        }
    }
    std::future::pending::<()>().await;
}
