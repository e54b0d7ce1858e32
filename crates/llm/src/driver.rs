//! The only place that talks to providers over the network: streaming, time limits, retries. It knows no protocol.

mod attempt;
mod body;
mod charset;
mod coding;
mod embed;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Response, Uri};
use hyper::body::Incoming;
use hyper_util::client::legacy::Error as SendError;
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::client::{chain, reason};
use attempt::Attempt;
use body::no_data;

use crate::breaker::CallResult;
use crate::call::{Call, DeltaSink};
use crate::retry::Failure;
use crate::upstream::Upstream;
use crate::{Completion, Delta, ModelError};

/// Sends requests and reads answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Driver {
    pub(crate) max_answer_bytes: usize,
}

/// How often one model may be called, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RetryLimits {
    /// Attempts after the first one.
    pub(crate) retries: u32,
    pub(crate) deadline: Instant,
    /// The time limit of the whole call, for the text of the error.
    pub(crate) total: Duration,
}

impl Driver {
    /// Calls a model until there is an answer, an error that a retry cannot mend, or no time left. Dropping the future
    /// closes the connection.
    ///
    /// # Errors
    /// The error of the last attempt that was sent.
    pub(crate) async fn ask(
        self,
        upstream: &Upstream,
        call: &mut Call<'_>,
        on_delta: &Sender<Delta>,
        limits: RetryLimits,
    ) -> Result<Completion, ModelError> {
        let outcome = self.attempts(upstream, call, on_delta, limits).await;
        outcome.map_err(|error| error.map_message(|text| upstream.masked(&call.request, text)))
    }

    async fn attempts(
        self,
        upstream: &Upstream,
        call: &mut Call<'_>,
        on_delta: &Sender<Delta>,
        limits: RetryLimits,
    ) -> Result<Completion, ModelError> {
        let headers = upstream.headers(&call.request)?;
        let body = Bytes::from(upstream.dialect.encode(&call.request)?.to_string());
        let mut made = 0;
        let mut earlier: Option<ModelError> = None;
        loop {
            let outgoing = Outgoing { headers: headers.clone(), body: body.clone() };
            let failure = match self.attempt(upstream, call, on_delta, outgoing, limits).await {
                Ok(answer) => return Ok(answer),
                Err(AttemptError::Failed(failure)) => failure,
                // The model's own error tells more than an open breaker.
                Err(AttemptError::NotSent(error)) => return Err(earlier.unwrap_or(error)),
            };
            let may_retry = !call.stats.sent_any && made < limits.retries;
            let delay = if may_retry { failure.delay(made, fastrand::f64()) } else { None };
            let Some(delay) = delay.filter(|delay| Instant::now() + *delay < limits.deadline) else {
                return Err(failure.error);
            };
            made += 1;
            let (model, code) = (&call.request.model, failure.error.code());
            tracing::warn!(%model, attempt = made, ?delay, code, "model call failed, trying again");
            earlier = Some(failure.error);
            sleep(delay).await;
            call.stats.upstream += delay;
        }
    }

    /// One attempt, with a permit of the breaker and one of the provider's slots. Both are given back however it ends.
    async fn attempt(
        self,
        upstream: &Upstream,
        call: &mut Call<'_>,
        on_delta: &Sender<Delta>,
        outgoing: Outgoing,
        limits: RetryLimits,
    ) -> Result<Completion, AttemptError> {
        let permit = upstream
            .breakers
            .enter(call.request.model.model(), upstream.credential(&call.request), Instant::now())
            .map_err(circuit_open)?;
        let patience = limits.deadline.min(Instant::now() + upstream.timeouts.first_byte);
        let _slot = upstream.slots.take(patience).await.ok_or_else(|| no_slot(upstream))?;
        call.stats.begin_attempt();
        let (clock, fallbacks) = (call.clock(), call.fallbacks());
        let sink =
            DeltaSink { on_delta, call_id: call.id, model: &call.request.model, fallbacks, stats: &mut call.stats };
        let attempt =
            Attempt { upstream, request: &call.request, clock, sink, max_answer_bytes: self.max_answer_bytes };
        let outcome = timeout_at(limits.deadline, attempt.run(outgoing)).await;
        let outcome = outcome.unwrap_or_else(|_| Err(Failure::fatal(total_timeout(limits.total))));
        let error = outcome.as_ref().err().map(|failure| &failure.error);
        permit.finish(call_result(error), Instant::now());
        upstream.last_outcomes.record(error, clock.now());
        outcome.map_err(AttemptError::Failed)
    }
}

/// A request as it is sent.
struct Outgoing {
    headers: HeaderMap,
    body: Bytes,
}

impl Outgoing {
    /// Returns when the head of the response has arrived.
    async fn send(self, upstream: &Upstream, to: &Uri) -> Result<Response<Incoming>, Failure> {
        let patience = upstream.timeouts.first_byte;
        match timeout(patience, upstream.http.post(to, self.headers, self.body)).await {
            Err(_) => Err(Failure::fatal(no_data(patience))),
            Ok(Err(error)) => Err(unreachable(&error)),
            Ok(Ok(response)) => Ok(response),
        }
    }
}

/// Why an attempt has no answer.
enum AttemptError {
    /// Nothing was sent.
    NotSent(ModelError),
    Failed(Failure),
}

fn circuit_open(retry_after: Duration) -> AttemptError {
    AttemptError::NotSent(ModelError::CircuitOpen { message: "it failed again and again".to_owned(), retry_after })
}

fn no_slot(upstream: &Upstream) -> AttemptError {
    AttemptError::NotSent(ModelError::Unavailable(format!("all its {} places are taken", upstream.slots.max())))
}

fn unreachable(error: &SendError) -> Failure {
    tracing::debug!(error = %chain(error), "model provider unreachable");
    Failure::of(ModelError::Unavailable(reason(error)))
}

fn total_timeout(total: Duration) -> ModelError {
    ModelError::Timeout(format!("no complete answer within {total:?}"))
}

fn call_result(error: Option<&ModelError>) -> CallResult {
    match error {
        None => CallResult::Answered,
        Some(error) if error.is_provider_failure() => CallResult::Failed,
        Some(_) => CallResult::Refused,
    }
}
