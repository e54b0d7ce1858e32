//! The one place that talks to providers over the network: streaming, patience, retries. Knows no protocol.

mod attempt;
mod body;
mod client;
mod embed;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Response, Uri};
use hyper::body::Incoming;
use hyper_util::client::legacy::Error as SendError;
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use attempt::Attempt;
use body::silence;
pub(crate) use client::HttpClient;
use client::{chain, reason};

use crate::breaker::Verdict;
use crate::call::{Call, Outlet};
use crate::retry::Failure;
use crate::upstream::Upstream;
use crate::{Answer, Delta, ModelError};

/// Sends requests and reads answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Driver {
    pub(crate) max_answer_bytes: usize,
}

/// How far one model may be pressed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Attempts after the first one.
    pub(crate) retries: u32,
    pub(crate) deadline: Instant,
    /// How long the whole call may take, for the error that says it did.
    pub(crate) total: Duration,
}

impl Driver {
    /// Asks until there is an answer, an error that stays, or no time left. Dropping the future closes the connection.
    pub(crate) async fn ask(
        self,
        upstream: &Upstream,
        call: &mut Call<'_>,
        on_delta: &Sender<Delta>,
        effort: Effort,
    ) -> Result<Answer, ModelError> {
        let outcome = self.attempts(upstream, call, on_delta, effort).await;
        outcome.map_err(|error| error.map_message(|text| upstream.masked(&call.request, text)))
    }

    async fn attempts(
        self,
        upstream: &Upstream,
        call: &mut Call<'_>,
        on_delta: &Sender<Delta>,
        effort: Effort,
    ) -> Result<Answer, ModelError> {
        let headers = upstream.headers(&call.request)?;
        let body = Bytes::from(upstream.dialect.encode(&call.request)?.to_string());
        let mut made = 0;
        let mut earlier: Option<ModelError> = None;
        loop {
            let parcel = Parcel { headers: headers.clone(), body: body.clone() };
            let failure = match self.attempt(upstream, call, on_delta, parcel, effort).await {
                Ok(answer) => return Ok(answer),
                Err(Setback::Failed(failure)) => failure,
                // What the model said itself tells more than that it is not asked now.
                Err(Setback::NotAdmitted(error)) => return Err(earlier.unwrap_or(error)),
            };
            let may_retry = !call.tally.shown && made < effort.retries;
            let delay = if may_retry { failure.delay(made, fastrand::f64()) } else { None };
            let Some(delay) = delay.filter(|delay| Instant::now() + *delay < effort.deadline) else {
                return Err(failure.error);
            };
            made += 1;
            tracing::warn!(model = %call.request.model, attempt = made, ?delay, code = failure.error.code(), "model call failed, trying again");
            earlier = Some(failure.error);
            sleep(delay).await;
            call.tally.upstream += delay;
        }
    }

    /// One attempt, with the breaker's leave and a place among the provider's calls. Both are given back whatever becomes of it.
    async fn attempt(
        self,
        upstream: &Upstream,
        call: &mut Call<'_>,
        on_delta: &Sender<Delta>,
        parcel: Parcel,
        effort: Effort,
    ) -> Result<Answer, Setback> {
        let pass = upstream.breakers.enter(call.request.model.model(), Instant::now()).map_err(left_alone)?;
        let patience = effort.deadline.min(Instant::now() + upstream.timeouts.first_byte);
        let _slot = upstream.slots.take(patience).await.ok_or_else(|| crowded(upstream))?;
        call.tally.begin_attempt();
        let (clock, fallbacks) = (call.clock(), call.fallbacks());
        let outlet = Outlet { on_delta, call_id: call.id, model: &call.request.model, fallbacks, tally: &mut call.tally };
        let attempt = Attempt { upstream, request: &call.request, clock, outlet, max_answer_bytes: self.max_answer_bytes };
        let outcome = timeout_at(effort.deadline, attempt.run(parcel)).await;
        let outcome = outcome.unwrap_or_else(|_| Err(Failure::fatal(late(effort.total))));
        let error = outcome.as_ref().err().map(|failure| &failure.error);
        pass.settle(verdict(error), Instant::now());
        upstream.pulse.note(error, clock.now());
        outcome.map_err(Setback::Failed)
    }
}

/// What goes out.
struct Parcel {
    headers: HeaderMap,
    body: Bytes,
}

impl Parcel {
    /// Until the head of the answer is there.
    async fn send(self, upstream: &Upstream, to: &Uri) -> Result<Response<Incoming>, Failure> {
        let patience = upstream.timeouts.first_byte;
        match timeout(patience, upstream.http.post(to, self.headers, self.body)).await {
            Err(_) => Err(Failure::fatal(silence(patience))),
            Ok(Err(error)) => Err(unreachable(&error)),
            Ok(Ok(response)) => Ok(response),
        }
    }
}

/// Why an attempt brought no answer.
enum Setback {
    /// Nothing was sent.
    NotAdmitted(ModelError),
    Failed(Failure),
}

fn left_alone(retry_after: Duration) -> Setback {
    Setback::NotAdmitted(ModelError::CircuitOpen { message: "it failed again and again".to_owned(), retry_after })
}

fn crowded(upstream: &Upstream) -> Setback {
    Setback::NotAdmitted(ModelError::Unavailable(format!("all its {} places are taken", upstream.slots.most())))
}

fn unreachable(error: &SendError) -> Failure {
    tracing::debug!(error = %chain(error), "model provider unreachable");
    Failure::of(ModelError::Unavailable(reason(error)))
}

fn late(total: Duration) -> ModelError {
    ModelError::Timeout(format!("no complete answer within {total:?}"))
}

fn verdict(error: Option<&ModelError>) -> Verdict {
    match error {
        None => Verdict::Answered,
        Some(error) if error.is_illness() => Verdict::Failed,
        Some(_) => Verdict::Refused,
    }
}
