//! One call of an operation, from its parameters to its result.

mod pages;
mod reading;
mod signing;

use std::sync::Arc;
use std::time::Duration;

use artel_bus::Bus;
use artel_connectors::reply::{Done, Failure, Reading, announced_hold};
use artel_connectors::request::{Call, HttpRequest, build, writes};
use artel_connectors::schema::{Module, Operation, ReplyKind};
use artel_connectors::{check_account, parameters_schema};
use artel_domain::Clock;
use artel_egress::Egress;
use artel_tools::{Fuel, Place, Programs, Redactor, Shares};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::account::Account;
use crate::attempt::{self, MAX_REPLY, Reach, Reply, hide_sent, unreadable};
use crate::error::ExecuteError;
use crate::maker::Maker;
use crate::outcome::Outcome;
use crate::pace::{MustWait, Pace, wait_until};
use crate::tokens::Tokens;

pub use pages::PageBounds;
use signing::Obtained;

/// Replies that say "too fast" or "not yet" before a call is given up.
const MAX_REPEATS: u32 = 60;
/// Calls that hold large replies at once, of all tenants and of one.
const LARGE_AT_ONCE: usize = 8;
const LARGE_OF_TENANT: usize = 2;

/// What an executor stands on.
pub struct ExecutorDeps {
    pub egress: Arc<Egress>,
    /// Counts what all processes ask of a service.
    pub bus: Arc<dyn Bus>,
    pub clock: Arc<dyn Clock>,
    pub tokens: Arc<dyn Tokens>,
}

/// Calls operations of connectors.
pub struct Executor {
    pub(crate) egress: Arc<Egress>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) pace: Pace,
    pub(crate) maker: Maker,
    /// Tokens that are being made.
    pub(crate) making: TaskTracker,
    /// Places of calls that hold large replies.
    pub(crate) large: Shares,
}

/// What is to be called.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    pub account: &'a Account,
    /// The operation's key.
    pub operation: &'a str,
    pub params: &'a Map<String, Value>,
    /// How far a list is read; `None` for the first page, as the service gives it.
    pub pages: Option<PageBounds>,
    /// How long all of it may take, with waiting.
    pub patience: Duration,
    /// The same for each repetition of one intent.
    pub idempotency_key: Option<&'a str>,
}

/// A call under way.
pub(crate) struct Work<'a> {
    pub(crate) account: &'a Account,
    pub(crate) module: &'a Module,
    pub(crate) operation: &'a Operation,
    pub(crate) idempotency_key: Option<&'a str>,
    pub(crate) until: Instant,
    pub(crate) obtained: Obtained,
    pub(crate) redactor: Redactor,
    /// Bytes of the pages that were read.
    pub(crate) kept: usize,
    /// The same with the newest reply.
    pub(crate) bytes: usize,
    /// Held while the replies are large.
    pub(crate) place: Option<Place>,
    /// The call's parameters make it a write.
    pub(crate) writes: bool,
}

impl Work<'_> {
    /// The call ends here, after it was sent.
    pub(crate) fn lost(&self, why: &str) -> ExecuteError {
        if self.writes { ExecuteError::Unknown(why.to_owned()) } else { ExecuteError::NotSent(why.to_owned()) }
    }
}

/// A reply with what it means.
pub(crate) struct Answered {
    pub(crate) done: Done,
    pub(crate) reply: Reply,
    pub(crate) url: Url,
}

impl Executor {
    pub fn new(deps: ExecutorDeps) -> Self {
        let ExecutorDeps { egress, bus, clock, tokens } = deps;
        let maker = Maker { egress: Arc::clone(&egress), clock: Arc::clone(&clock), tokens };
        let large = Shares::new(LARGE_AT_ONCE, LARGE_OF_TENANT);
        Self { egress, clock, pace: Pace::new(bus), maker, making: TaskTracker::new(), large }
    }

    /// Waits until the tokens that are being made are kept. No call may be under way.
    pub async fn finish(&self) {
        self.making.close();
        self.making.wait().await;
    }

    /// Calls an operation.
    ///
    /// # Errors
    /// Why there is no result; the variant says who can do something about it. No text holds a secret.
    pub async fn execute(&self, request: &Request<'_>) -> Result<Outcome, ExecuteError> {
        let mut work = begin(request)?;
        check_params(&work, request.params).await?;
        let result = self.run(&mut work, request).await;
        let outcome = result.map_err(|error| hidden(error, &work.redactor))?;
        let redactor = work.redactor.clone();
        self.off(&work, move || masked(outcome, &redactor)).await
    }

    async fn run(&self, work: &mut Work<'_>, request: &Request<'_>) -> Result<Outcome, ExecuteError> {
        let scheme = work.account.secrets().scheme();
        work.obtained = self.obtain(work.account, scheme, None, &mut work.redactor, work.until).await?;
        match &request.pages {
            Some(bounds) if work.operation.paging.is_some() => self.all_pages(work, request.params, bounds).await,
            _ => self.once(work, request.params).await,
        }
    }

    /// One request, its repetitions, and whatever it leads to.
    async fn once(&self, work: &mut Work<'_>, params: &Map<String, Value>) -> Result<Outcome, ExecuteError> {
        let params = artel_connectors::paging::first(work.operation, params);
        let answered = self.answered(work, &params, None).await?;
        let next = pages::next_params(work.operation, &params, &answered);
        let (status, refused_items) = (answered.reply.status, answered.done.refused_items.clone());
        let data = self.finished(work, answered).await?;
        Ok(Outcome { status, data, pages: 1, next, is_full: false, refused_items })
    }

    /// Asks until there is an answer that is no "wait".
    ///
    /// # Arguments
    /// * `url`: takes the place of the operation's own, as the service gave it for the next page.
    pub(crate) async fn answered(
        &self,
        work: &mut Work<'_>,
        params: &Map<String, Value>,
        url: Option<&Url>,
    ) -> Result<Answered, ExecuteError> {
        let (mut repeats, mut signed_again) = (0, false);
        loop {
            let (http, reply) = self.attempt(work, params, url).await?;
            let is_file = work.operation.reply.kind == ReplyKind::Binary && reply.status < 300;
            let (reading, reply) = self.taken_in(work, reply, is_file).await?;
            let account = work.account;
            let scheme = account.secrets().scheme();
            if let Some(wait) = announced_hold(&account.connector, &reply.as_http()) {
                self.pace.hold(account, wait);
            }
            match reading {
                Reading::Done(done) => return Ok(Answered { done, reply, url: http.url }),
                Reading::Failed(failure) => return Err(refused(failure, writes_with(work, params))),
                Reading::Unreadable(failure) => return Err(unreadable(failure, writes_with(work, params))),
                Reading::TooFast(wait) => {
                    self.pace.hold(account, wait);
                    if repeats >= MAX_REPEATS {
                        return Err(too_fast(account, wait));
                    }
                    wait_until(Instant::now() + wait, work.until).await.map_err(|must| too_fast(account, must.0))?;
                }
                Reading::NotYet(wait) => {
                    let late = |MustWait(retry_after)| ExecuteError::NotReady { retry_after };
                    if repeats >= MAX_REPEATS {
                        return Err(late(MustWait(wait)));
                    }
                    wait_until(Instant::now() + wait, work.until).await.map_err(late)?;
                }
                Reading::SignInEnded(failure) => {
                    if signed_again || work.obtained.is_none() {
                        return Err(ExecuteError::Refused(failure));
                    }
                    signed_again = true;
                    let ended = work.obtained.take().map(|(_, value)| value);
                    work.obtained =
                        self.obtain(account, scheme, ended.as_ref(), &mut work.redactor, work.until).await?;
                }
            }
            repeats += 1;
        }
    }

    async fn attempt(
        &self,
        work: &mut Work<'_>,
        params: &Map<String, Value>,
        url: Option<&Url>,
    ) -> Result<(HttpRequest, Reply), ExecuteError> {
        let account = work.account;
        let request = built(work, params, url)?;
        hide_sent(&mut work.redactor, &request);
        let writes = writes_with(work, params);
        let reach = Reach::of(account);
        let leave = self.pace.leave(account, work.module, work.operation, params, work.until).await;
        let _places = leave.map_err(|MustWait(wait)| too_fast(account, wait))?;
        let end = attempt::end_of(work.operation.timeout_seconds, work.until);
        let (status, headers, body) = attempt::send(&self.egress, &request, &reach, writes, end, MAX_REPLY).await?;
        Ok((request, Reply { status, headers, body, now: self.clock.now() }))
    }
}

fn writes_with(work: &Work<'_>, params: &Map<String, Value>) -> bool {
    writes(work.operation, params, &work.account.secrets())
}

/// A gateway speaks for a service that it did not hear out, so that a write may have had its effect all the same.
fn refused(failure: Failure, writes: bool) -> ExecuteError {
    let is_unknown = writes && matches!(failure.status, 408 | 502 | 504);
    let error = ExecuteError::Refused(failure);
    if is_unknown { ExecuteError::Unknown(error.to_string()) } else { error }
}

fn begin<'a>(request: &Request<'a>) -> Result<Work<'a>, ExecuteError> {
    let account = request.account;
    let connector = &account.connector;
    let Some((module, operation)) = connector.operation(request.operation) else {
        return Err(ExecuteError::Arguments(format!("{} has no operation {}", connector.key, request.operation)));
    };
    check_account(connector, &account.credential).map_err(|faults| {
        let told: Vec<String> = faults.iter().map(|fault| format!("{} {}", fault.member, fault.message)).collect();
        ExecuteError::Credential(format!("the credential of {} is incomplete: {}", connector.key, told.join("; ")))
    })?;
    let mut redactor = Redactor::default();
    account.secrets().hidden().iter().for_each(|secret| redactor.hide(secret));
    Ok(Work {
        account,
        module,
        operation,
        idempotency_key: request.idempotency_key,
        until: Instant::now() + request.patience,
        obtained: None,
        redactor,
        kept: 0,
        bytes: 0,
        place: None,
        writes: writes(operation, request.params, &account.secrets()),
    })
}

/// Schemas of imported connectors are strangers' work, so they run as programs of their tenant.
async fn check_params(work: &Work<'_>, params: &Map<String, Value>) -> Result<(), ExecuteError> {
    let (schema, params) = (parameters_schema(work.operation), Value::Object(params.clone()));
    let program = move |fuel: &Fuel| artel_tools::validate(&schema, &params, fuel);
    let checked: Result<(), String> = Programs::of_process().run(work.account.tenant, program).await;
    checked.map_err(|text| hidden(ExecuteError::Arguments(text), &work.redactor))
}

fn built(work: &Work<'_>, params: &Map<String, Value>, url: Option<&Url>) -> Result<HttpRequest, ExecuteError> {
    let account = work.account;
    let mut secrets = account.secrets();
    if let Some((name, value)) = &work.obtained {
        secrets = secrets.with(name, value.expose_secret().to_owned());
    }
    let call = Call {
        connector: &account.connector,
        module: work.module,
        operation: work.operation,
        params,
        secrets: &secrets,
        idempotency_key: work.idempotency_key,
    };
    let mut request = build(&call).map_err(|error| match error {
        artel_connectors::request::BuildError::Parameter { .. } => ExecuteError::Arguments(error.to_string()),
        _ => ExecuteError::Credential(error.to_string()),
    })?;
    if let Some(url) = url {
        request.url = pages::same_origin(&request.url, url)?;
    }
    Ok(request)
}

pub(crate) fn too_fast(account: &Account, retry_after: Duration) -> ExecuteError {
    ExecuteError::TooFast { service: account.connector.key.clone(), retry_after }
}

/// The same outcome without what must not be seen.
fn masked(mut outcome: Outcome, redactor: &Redactor) -> Outcome {
    redactor.value(&mut outcome.data);
    // A cursor of a service may be made of what was sent to it.
    outcome.next.iter_mut().flat_map(Map::values_mut).for_each(|value| redactor.value(value));
    outcome.refused_items.iter_mut().for_each(|item| item.message = redactor.text(&item.message));
    outcome
}

/// The same error without what must not be seen.
fn hidden(error: ExecuteError, redactor: &Redactor) -> ExecuteError {
    match error {
        ExecuteError::Arguments(text) => ExecuteError::Arguments(redactor.text(&text)),
        ExecuteError::Credential(text) => ExecuteError::Credential(redactor.text(&text)),
        ExecuteError::Forbidden(text) => ExecuteError::Forbidden(redactor.text(&text)),
        ExecuteError::NotSent(text) => ExecuteError::NotSent(redactor.text(&text)),
        ExecuteError::Unknown(text) => ExecuteError::Unknown(redactor.text(&text)),
        ExecuteError::Refused(mut failure) => {
            failure.message = redactor.text(&failure.message);
            failure.code = failure.code.map(|code| redactor.text(&code));
            ExecuteError::Refused(failure)
        }
        other @ (ExecuteError::TooFast { .. } | ExecuteError::NotReady { .. }) => other,
    }
}
