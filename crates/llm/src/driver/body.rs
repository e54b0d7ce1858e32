//! The bytes of an answer, read with limits on time and size.

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep_until};

use super::client::chain;
use crate::ModelError;
use crate::retry::Failure;

/// As much of an error page as we read.
const LONGEST_ERROR_BODY: usize = 64 * 1024;

/// The bytes of an answer, read with limits.
pub(super) struct Body {
    bytes: Incoming,
    /// For the next chunk.
    patience: Duration,
    between_chunks: Duration,
    /// Rings when the next chunk is late, or before. It is not set anew for every chunk, and never to an earlier time: that would wake the
    /// runtime.
    alarm: Pin<Box<Sleep>>,
    max_bytes: usize,
    bytes_left: usize,
}

impl Body {
    /// `patience` is for the first chunk.
    pub(super) fn new(bytes: Incoming, between_chunks: Duration, patience: Duration, max_bytes: usize) -> Self {
        let alarm = Box::pin(sleep_until(Instant::now() + patience.min(between_chunks)));
        Self { bytes, patience, between_chunks, alarm, max_bytes, bytes_left: max_bytes }
    }

    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        let late = Instant::now() + self.patience;
        let chunk = loop {
            tokio::select! {
                biased;
                chunk = chunk(&mut self.bytes) => break chunk.map_err(|error| broken(&error))?,
                () = &mut self.alarm => {
                    let now = Instant::now();
                    if now >= late {
                        return Err(Failure::fatal(silence(self.patience)));
                    }
                    self.alarm.as_mut().reset(late.min(now + self.between_chunks));
                }
            }
        };
        self.patience = self.between_chunks;
        let length = chunk.as_ref().map_or(0, Bytes::len);
        self.bytes_left = self
            .bytes_left
            .checked_sub(length)
            .ok_or_else(|| Failure::fatal(ModelError::Protocol(format!("it is longer than {} bytes", self.max_bytes))))?;
        Ok(chunk)
    }

    /// Enough of an error page to say what it says. Whatever goes wrong here, the status is known already.
    pub(super) async fn beginning(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        while bytes.len() < LONGEST_ERROR_BODY
            && let Ok(Some(chunk)) = self.next().await
        {
            bytes.extend_from_slice(&chunk);
        }
        bytes.truncate(LONGEST_ERROR_BODY);
        bytes
    }

    /// Takes the end of the stream if it is there already, so that the connection can be used again.
    pub(super) fn drain(&mut self) {
        const AT_MOST_CHUNKS: usize = 4;
        for _ in 0..AT_MOST_CHUNKS {
            let Some(Ok(Some(_))) = chunk(&mut self.bytes).now_or_never() else { return };
        }
    }
}

async fn chunk(body: &mut Incoming) -> Result<Option<Bytes>, hyper::Error> {
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

/// The error for a provider that says nothing.
pub(super) fn silence(patience: Duration) -> ModelError {
    ModelError::Timeout(format!("nothing came for {patience:?}"))
}

fn broken(error: &hyper::Error) -> Failure {
    tracing::debug!(error = %chain(error), "model answer broke off");
    Failure::of(ModelError::Unavailable("the connection broke in the middle of the answer".to_owned()))
}
