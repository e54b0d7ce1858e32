//! One request and its answer, as it comes.

use bytes::Bytes;
use reqwest::header::CONTENT_TYPE;
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, timeout};

use super::body::{Body, silence};
use super::client::chain;
use super::{Driver, Upstream};
use crate::dialect::Progress;
use crate::error::excerpt;
use crate::retry::Failure;
use crate::{Answer, Delta, ModelError, Request};

/// One try at one request.
pub(super) struct Attempt<'a> {
    driver: &'a Driver,
    upstream: &'a Upstream,
    request: &'a Request,
    on_delta: &'a Sender<Delta>,
    /// Something of the answer has left: from now on a retry would repeat it.
    shown: bool,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(driver: &'a Driver, upstream: &'a Upstream, request: &'a Request, on_delta: &'a Sender<Delta>) -> Self {
        Self { driver, upstream, request, on_delta, shown: false }
    }

    pub(super) fn has_shown(&self) -> bool {
        self.shown
    }

    pub(super) async fn run(&mut self, body: Bytes) -> Result<Answer, Failure> {
        let patience = self.driver.timeouts.first_byte;
        let sent = Instant::now();
        let response = match timeout(patience, self.driver.post(self.upstream, body).send()).await {
            Err(_) => return Err(Failure::fatal(silence(patience))),
            Ok(Err(error)) => return Err(unreachable(&error)),
            Ok(Ok(response)) => response,
        };
        let status = response.status();
        let headers = response.headers().clone();
        let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
        let mut body = Body::new(response, self.driver, patience.saturating_sub(sent.elapsed()));
        if !status.is_success() {
            let refusal = self.upstream.dialect.refusal(status, &body.beginning().await);
            return Err(Failure::of_response(refusal, &headers));
        }
        if media_type.starts_with("application/json") {
            return self.whole(&mut body).await;
        }
        if media_type.starts_with("text/html") {
            let page = excerpt(&String::from_utf8_lossy(&body.beginning().await));
            return Err(Failure::fatal(ModelError::Protocol(format!("it is a web page: {page}"))));
        }
        self.streamed(&mut body).await
    }

    async fn whole(&mut self, body: &mut Body) -> Result<Answer, Failure> {
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next().await? {
            bytes.extend_from_slice(&chunk);
        }
        let mut deltas = Vec::new();
        let answer = self.upstream.dialect.decode_whole(self.request, &bytes, &mut deltas).map_err(Failure::of)?;
        self.show(deltas).await;
        Ok(answer)
    }

    async fn streamed(&mut self, body: &mut Body) -> Result<Answer, Failure> {
        let mut decoder = self.upstream.dialect.decoder(self.request);
        let broken = loop {
            let chunk = match body.next().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break None,
                Err(failure) => break Some(failure),
            };
            let mut deltas = Vec::new();
            let progress = decoder.feed(&chunk, &mut deltas);
            self.show(deltas).await;
            if progress.map_err(Failure::of)? == Progress::Complete {
                body.drain();
                break None;
            }
        };
        let mut deltas = Vec::new();
        let answer = decoder.finish(&mut deltas);
        self.show(deltas).await;
        // A connection that breaks after the end of the answer harms nobody.
        answer.map_err(|error| broken.unwrap_or_else(|| Failure::passing(error)))
    }

    async fn show(&mut self, deltas: Vec<Delta>) {
        for delta in deltas {
            self.shown = true;
            // Nobody listens any more: the answer is still wanted.
            let _ = self.on_delta.send(delta).await;
        }
    }
}

fn unreachable(error: &reqwest::Error) -> Failure {
    let told = if error.is_connect() { "no connection" } else { "the connection broke before an answer" };
    tracing::debug!(error = %chain(error), "model provider unreachable");
    Failure::of(ModelError::Unavailable(told.to_owned()))
}
