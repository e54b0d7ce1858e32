//! A TCP socket that tells when bytes arrive, and that is read to its end when an answer left a part of its request
//! unread.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::connections::Place;

/// How long and how much is read after the last answer.
const LINGER: Duration = Duration::from_secs(3);
const LINGER_BYTES: u64 = 4 * 1024 * 1024;

pub(super) struct Socket {
    stream: Option<TcpStream>,
    place: Arc<Place>,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, place: Arc<Place>) -> Self {
        Self { stream: Some(stream), place }
    }

    fn stream(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        self.stream.as_mut().map(Pin::new).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let Some(stream) = self.stream.take() else { return };
        if self.place.connection().lingers() {
            let place = self.place.clone();
            self.place.connections().lingering().spawn(linger(stream, place));
        }
    }
}

/// The write side is closed already: the peer has the whole answer once it stops to send.
async fn linger(stream: TcpStream, place: Arc<Place>) {
    let mut rest = stream.take(LINGER_BYTES);
    let _ = tokio::time::timeout(LINGER, tokio::io::copy(&mut rest, &mut tokio::io::sink())).await;
    drop(place);
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let (before, room) = (buffer.filled().len(), buffer.remaining());
        let polled = self.stream()?.poll_read(cx, buffer);
        let came = buffer.filled().len() - before;
        if came > 0 {
            self.place.heard(came);
        }
        let is_end = came == 0 && room > 0 && matches!(polled, Poll::Ready(Ok(())));
        // Whoever writes the answer drives the connection on.
        if is_end && self.place.connection().half_close().keeps_answering() { Poll::Pending } else { polled }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(cx)
    }
}
