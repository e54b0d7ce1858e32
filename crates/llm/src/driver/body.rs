//! The bytes of a response, read with limits on time and size.

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep_until};

use super::charset::Charset;
use super::coding::Coding;
use crate::ModelError;
use crate::client::chain;
use crate::retry::Failure;

/// The bytes of an error page that are read at most.
const MAX_ERROR_BODY: usize = 64 * 1024;

/// The bytes of a response, read with limits.
pub(super) struct Body {
    bytes: Incoming,
    coding: Coding,
    charset: Charset,
    /// The time limit of the next chunk.
    patience: Duration,
    between_chunks: Duration,
    /// Fires at the limit of the next chunk or earlier. It is not reset for every chunk, and never to an earlier time:
    /// a reset would wake the runtime.
    alarm: Pin<Box<Sleep>>,
    max_bytes: usize,
    bytes_left: usize,
}

impl Body {
    /// # Arguments
    /// `between_chunks`: the time limit between two chunks. `patience`: the time limit of the first chunk. `max_bytes`:
    /// the longest body after decompression.
    pub(super) fn new(bytes: Incoming, between_chunks: Duration, patience: Duration, max_bytes: usize) -> Self {
        let alarm = Box::pin(sleep_until(Instant::now() + patience.min(between_chunks)));
        let coding = Coding::new();
        Self {
            bytes,
            coding,
            charset: Charset::new(),
            patience,
            between_chunks,
            alarm,
            max_bytes,
            bytes_left: max_bytes,
        }
    }

    /// The next bytes, decompressed and as UTF-8; `None` at the end. They may be empty.
    ///
    /// # Errors
    /// Fails when the bytes come too late, are too many, or the connection breaks.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        let Some(chunk) = self.next_chunk().await? else {
            return Ok(Some(self.charset.finish()).filter(|held| !held.is_empty()));
        };
        let damaged = |error| Failure::fatal(ModelError::Protocol(format!("its compressed body is damaged: {error}")));
        let chunk = self.charset.decode(self.coding.decode(chunk).map_err(damaged)?);
        let too_long = || Failure::fatal(ModelError::Unusable(format!("it is longer than {} bytes", self.max_bytes)));
        self.bytes_left = self.bytes_left.checked_sub(chunk.len()).ok_or_else(too_long)?;
        Ok(Some(chunk))
    }

    async fn next_chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        let late = Instant::now() + self.patience;
        let chunk = loop {
            tokio::select! {
                biased;
                chunk = chunk(&mut self.bytes) => break chunk.map_err(|error| broken(&error))?,
                () = &mut self.alarm => {
                    let now = Instant::now();
                    if now >= late {
                        return Err(Failure::fatal(no_data(self.patience)));
                    }
                    self.alarm.as_mut().reset(late.min(now + self.between_chunks));
                }
            }
        };
        self.patience = self.between_chunks;
        Ok(chunk)
    }

    /// The beginning of an error page. A read failure only ends it, because the status is already known.
    pub(super) async fn beginning(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        while bytes.len() < MAX_ERROR_BODY
            && let Ok(Some(chunk)) = self.next().await
        {
            bytes.extend_from_slice(&chunk);
        }
        bytes.truncate(MAX_ERROR_BODY);
        bytes
    }

    /// Reads the end of the stream if it has already arrived, so that the connection can be used again.
    pub(super) fn drain(&mut self) {
        const MAX_CHUNKS: usize = 4;
        for _ in 0..MAX_CHUNKS {
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

/// The error for a provider that sends nothing.
pub(super) fn no_data(patience: Duration) -> ModelError {
    ModelError::Timeout(format!("nothing came for {patience:?}"))
}

fn broken(error: &hyper::Error) -> Failure {
    tracing::debug!(error = %chain(error), "model answer broke off");
    Failure::of(ModelError::Unavailable("the connection broke in the middle of the answer".to_owned()))
}
