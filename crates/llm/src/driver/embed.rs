//! Vectors over the network: the same patience as for answers, and nothing to show before the end.

use bytes::Bytes;
use http::{HeaderMap, Uri};
use tokio::time::{Instant, sleep, timeout_at};

use super::body::Body;
use super::{Driver, Effort, Parcel, Setback, crowded, late, left_alone, verdict};
use crate::call::Call;
use crate::dialect::EmbeddingDialect;
use crate::retry::Failure;
use crate::upstream::Upstream;
use crate::{EmbeddingRequest, Embeddings, ModelError};

/// Where vectors are asked for, and how.
struct Target<'a> {
    upstream: &'a Upstream,
    url: &'a Uri,
    dialect: &'a dyn EmbeddingDialect,
    asked: &'a EmbeddingRequest,
}

impl Driver {
    /// Asks until there are vectors, an error that stays, or no time left.
    pub(crate) async fn embed(
        self,
        upstream: &Upstream,
        call: &mut Call<'_>,
        asked: &EmbeddingRequest,
        effort: Effort,
    ) -> Result<Embeddings, ModelError> {
        let (Some(url), Some(dialect)) = (&upstream.embeddings_url, upstream.dialect.embeddings()) else {
            return Err(ModelError::BadRequest("its protocol has no embeddings".to_owned()));
        };
        let outcome = self.embed_attempts(Target { upstream, url, dialect, asked }, call, effort).await;
        outcome.map_err(|error| error.map_message(|text| upstream.masked(&call.request, text)))
    }

    async fn embed_attempts(self, target: Target<'_>, call: &mut Call<'_>, effort: Effort) -> Result<Embeddings, ModelError> {
        let headers = target.upstream.headers(&call.request)?;
        let body = Bytes::from(target.dialect.encode(target.asked)?.to_string());
        let mut made = 0;
        loop {
            let parcel = Parcel { headers: headers.clone(), body: body.clone() };
            let failure = match self.embed_attempt(&target, call, parcel, effort).await {
                Ok(vectors) => return Ok(vectors),
                Err(Setback::Failed(failure)) => failure,
                Err(Setback::NotAdmitted(error)) => return Err(error),
            };
            let delay = if made < effort.retries { failure.delay(made, fastrand::f64()) } else { None };
            let Some(delay) = delay.filter(|delay| Instant::now() + *delay < effort.deadline) else {
                return Err(failure.error);
            };
            made += 1;
            tracing::warn!(model = %target.asked.model, attempt = made, ?delay, code = failure.error.code(), "embedding failed, trying again");
            sleep(delay).await;
        }
    }

    /// One attempt, with the breaker's leave and a place among the provider's calls.
    async fn embed_attempt(self, target: &Target<'_>, call: &mut Call<'_>, parcel: Parcel, effort: Effort) -> Result<Embeddings, Setback> {
        let upstream = target.upstream;
        let pass = upstream.breakers.enter(target.asked.model.model(), Instant::now()).map_err(left_alone)?;
        let patience = effort.deadline.min(Instant::now() + upstream.timeouts.first_byte);
        let _slot = upstream.slots.take(patience).await.ok_or_else(|| crowded(upstream))?;
        call.tally.begin_attempt();
        let outcome = timeout_at(effort.deadline, target.run(parcel, self.max_answer_bytes)).await;
        let outcome = outcome.unwrap_or_else(|_| Err(Failure::fatal(late(effort.total))));
        let error = outcome.as_ref().err().map(|failure| &failure.error);
        pass.settle(verdict(error), Instant::now());
        upstream.pulse.note(error, call.clock().now());
        outcome.map_err(Setback::Failed)
    }
}

impl Target<'_> {
    async fn run(&self, parcel: Parcel, max_bytes: usize) -> Result<Embeddings, Failure> {
        let patience = self.upstream.timeouts.first_byte;
        let sent = Instant::now();
        let (head, body) = parcel.send(self.upstream, self.url).await?.into_parts();
        let (status, head) = (head.status, head.headers);
        let left = patience.saturating_sub(sent.elapsed());
        let mut body = Body::new(body, self.upstream.timeouts.between_chunks, left, max_bytes);
        if !status.is_success() {
            let refusal = self.upstream.dialect.refusal(status, &body.beginning().await).of_status(status.as_u16());
            return Err(self.refused(refusal, &head));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next().await? {
            bytes.extend_from_slice(&chunk);
        }
        self.dialect.decode(self.asked, &bytes).map_err(Failure::of)
    }

    /// A proxy of ours has tried again already, as often as it is to.
    fn refused(&self, refusal: ModelError, head: &HeaderMap) -> Failure {
        let failure = Failure::of_response(refusal, head);
        if self.upstream.is_proxy { Failure::fatal(failure.error) } else { failure }
    }
}
