//! One request and its answer, as it comes.

use artel_domain::Clock;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap};
use tokio::time::Instant;

use super::Parcel;
use super::body::Body;
use crate::call::Outlet;
use crate::dialect::Progress;
use crate::error::excerpt;
use crate::retry::Failure;
use crate::upstream::Upstream;
use crate::{Answer, Delta, ModelError, RateLimits, Request};

/// One try at one request.
pub(super) struct Attempt<'a> {
    pub(super) upstream: &'a Upstream,
    pub(super) request: &'a Request,
    pub(super) clock: &'a dyn Clock,
    pub(super) outlet: Outlet<'a>,
    pub(super) max_answer_bytes: usize,
}

impl Attempt<'_> {
    pub(super) async fn run(mut self, parcel: Parcel) -> Result<Answer, Failure> {
        let patience = self.upstream.timeouts.first_byte;
        let sent = Instant::now();
        let (head, body) = parcel.send(self.upstream, &self.upstream.url).await?.into_parts();
        let waited = sent.elapsed();
        let (status, head) = (head.status, head.headers);
        self.outlet.tally.upstream += waited;
        self.outlet.tally.limits = RateLimits::read(&head, self.clock.now());
        let mut body = Body::new(body, self.upstream.timeouts.between_chunks, patience.saturating_sub(waited), self.max_answer_bytes);
        if !status.is_success() {
            let refusal = self.upstream.dialect.refusal(status, &body.beginning().await).of_status(status.as_u16());
            return Err(self.refused(refusal, &head));
        }
        match media_type(&head).as_str() {
            "application/json" => self.whole(&mut body).await,
            "text/html" => {
                let page = excerpt(&String::from_utf8_lossy(&body.beginning().await));
                Err(Failure::fatal(ModelError::Protocol(format!("it is a web page: {page}"))))
            }
            _ => self.streamed(&mut body).await,
        }
    }

    /// A proxy of ours has tried again already, as often as it is to.
    fn refused(&self, refusal: ModelError, head: &HeaderMap) -> Failure {
        let failure = Failure::of_response(refusal, head);
        if self.upstream.is_proxy { Failure::fatal(failure.error) } else { failure }
    }

    /// The next bytes; the time that we wait for them is the provider's.
    async fn next(&mut self, body: &mut Body) -> Result<Option<Bytes>, Failure> {
        let waiting = Instant::now();
        let chunk = body.next().await;
        self.outlet.tally.upstream += waiting.elapsed();
        chunk
    }

    async fn whole(&mut self, body: &mut Body) -> Result<Answer, Failure> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.next(body).await? {
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
            let chunk = match self.next(body).await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break None,
                Err(failure) => break Some(failure),
            };
            let mut deltas = Vec::new();
            let progress = decoder.feed(&chunk, &mut deltas);
            self.outlet.tally.usage = decoder.usage();
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
            self.outlet.show(delta).await;
        }
    }
}

/// In small letters and without parameters.
fn media_type(head: &HeaderMap) -> String {
    let value = head.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
