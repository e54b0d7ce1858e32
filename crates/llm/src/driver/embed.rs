//! Embedding calls over the network, with the same time limits as answers.

use bytes::Bytes;
use http::{HeaderMap, Uri};
use tokio::time::{Instant, sleep, timeout_at};

use super::body::Body;
use super::{AttemptError, Driver, Outgoing, RetryLimits, call_result, circuit_open, no_slot, total_timeout};
use crate::call::Call;
use crate::dialect::EmbeddingDialect;
use crate::retry::Failure;
use crate::upstream::Upstream;
use crate::{EmbeddingRequest, Embeddings, ModelError};

/// The address and the request of an embedding call.
struct Target<'a> {
    upstream: &'a Upstream,
    url: &'a Uri,
    dialect: &'a dyn EmbeddingDialect,
    asked: &'a EmbeddingRequest,
}

impl Driver {
    /// Calls a model until there are embeddings, an error that a retry cannot mend, or no time left.
    pub(crate) async fn embed(
        self,
        upstream: &Upstream,
        call: &mut Call<'_>,
        asked: &EmbeddingRequest,
        limits: RetryLimits,
    ) -> Result<Embeddings, ModelError> {
        let (Some(url), Some(dialect)) = (&upstream.embeddings_url, upstream.dialect.embeddings()) else {
            return Err(ModelError::BadRequest("its protocol has no embeddings".to_owned()));
        };
        let outcome = self.embed_attempts(Target { upstream, url, dialect, asked }, call, limits).await;
        outcome.map_err(|error| error.map_message(|text| upstream.masked(&call.request, text)))
    }

    async fn embed_attempts(
        self,
        target: Target<'_>,
        call: &mut Call<'_>,
        limits: RetryLimits,
    ) -> Result<Embeddings, ModelError> {
        let headers = target.upstream.headers(&call.request)?;
        let body = Bytes::from(target.dialect.encode(target.asked)?.to_string());
        let mut made = 0;
        loop {
            let outgoing = Outgoing { headers: headers.clone(), body: body.clone() };
            let failure = match self.embed_attempt(&target, call, outgoing, limits).await {
                Ok(vectors) => return Ok(vectors),
                Err(AttemptError::Failed(failure)) => failure,
                Err(AttemptError::NotSent(error)) => return Err(error),
            };
            let delay = if made < limits.retries { failure.delay(made, fastrand::f64()) } else { None };
            let Some(delay) = delay.filter(|delay| Instant::now() + *delay < limits.deadline) else {
                return Err(failure.error);
            };
            made += 1;
            let (model, code) = (&target.asked.model, failure.error.code());
            tracing::warn!(%model, attempt = made, ?delay, code, "embedding failed, trying again");
            sleep(delay).await;
        }
    }

    /// One attempt, with a permit of the breaker and one of the provider's slots.
    async fn embed_attempt(
        self,
        target: &Target<'_>,
        call: &mut Call<'_>,
        outgoing: Outgoing,
        limits: RetryLimits,
    ) -> Result<Embeddings, AttemptError> {
        let upstream = target.upstream;
        let permit = upstream
            .breakers
            .enter(target.asked.model.model(), upstream.credential(&call.request), Instant::now())
            .map_err(circuit_open)?;
        let patience = limits.deadline.min(Instant::now() + upstream.timeouts.first_byte);
        let _slot = upstream.slots.take(patience).await.ok_or_else(|| no_slot(upstream))?;
        call.stats.begin_attempt();
        let outcome = timeout_at(limits.deadline, target.run(outgoing, self.max_answer_bytes)).await;
        let outcome = outcome.unwrap_or_else(|_| Err(Failure::fatal(total_timeout(limits.total))));
        let error = outcome.as_ref().err().map(|failure| &failure.error);
        permit.finish(call_result(error), Instant::now());
        upstream.last_outcomes.record(error, call.clock().now());
        outcome.map_err(AttemptError::Failed)
    }
}

impl Target<'_> {
    async fn run(&self, outgoing: Outgoing, max_bytes: usize) -> Result<Embeddings, Failure> {
        let patience = self.upstream.timeouts.first_byte;
        let sent = Instant::now();
        let (head, body) = outgoing.send(self.upstream, self.url).await?.into_parts();
        let (status, head) = (head.status, head.headers);
        let left = patience.saturating_sub(sent.elapsed());
        let mut body = Body::new(body, self.upstream.timeouts.between_chunks, left, max_bytes);
        if !status.is_success() {
            let refusal = self.upstream.dialect.error(status, &body.beginning().await).of_status(status.as_u16());
            return Err(self.refused(refusal, &head));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next().await? {
            bytes.extend_from_slice(&chunk);
        }
        self.dialect.decode(self.asked, &bytes).map_err(Failure::of)
    }

    /// A proxy of this product makes all further attempts itself.
    fn refused(&self, refusal: ModelError, head: &HeaderMap) -> Failure {
        let failure = Failure::of_response(refusal, head);
        if self.upstream.is_proxy { Failure::fatal(failure.error) } else { failure }
    }
}
