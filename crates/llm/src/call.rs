//! One call while it is under way: its request, its deltas and its usage. The accountant gets one record of it, however
//! the call ends, also when its future is dropped.

mod stats;

use std::sync::Arc;

use artel_domain::{Clock, Timestamp, Usage};
use tokio::time::Instant;
use uuid::Uuid;

pub(crate) use stats::{DeltaSink, Stats};

use crate::account::{CallOutcome, CallRecord, Operation};
use crate::{Accountant, Catalog, Completion, Embeddings, ModelError, ModelName, Opening, Request};

/// Who gets the records of calls, and the clock and ids for them.
#[derive(Clone)]
pub(crate) struct Accounting {
    pub(crate) accountant: Arc<dyn Accountant>,
    pub(crate) clock: Arc<dyn Clock>,
    /// The table with the prices.
    pub(crate) catalog: Arc<Catalog>,
}

impl Accounting {
    fn cost(&self, call: &CallRecord) -> Option<i64> {
        self.catalog.cost_nanodollars(&call.served, call.usage.as_ref()?)
    }
}

/// A call under way.
pub(crate) struct Call<'a> {
    accounting: &'a Accounting,
    operation: Operation,
    pub(crate) id: Uuid,
    /// The request. Its `model` is the one that is called at the moment.
    pub(crate) request: Request,
    pub(crate) stats: Stats,
    requested: ModelName,
    fallbacks: u32,
    started: Instant,
    started_at: Timestamp,
    is_over: bool,
    /// The call goes through a proxy, which records it.
    is_accounted_elsewhere: bool,
}

impl<'a> Call<'a> {
    pub(crate) fn begin(accounting: &'a Accounting, operation: Operation, request: Request) -> Self {
        Self {
            operation,
            id: accounting.clock.uuid(),
            requested: request.model.clone(),
            request,
            stats: Stats::default(),
            fallbacks: 0,
            started: Instant::now(),
            started_at: accounting.clock.now(),
            is_over: false,
            is_accounted_elsewhere: false,
            accounting,
        }
    }

    pub(crate) fn requested(&self) -> &ModelName {
        &self.requested
    }

    pub(crate) fn fallbacks(&self) -> u32 {
        self.fallbacks
    }

    pub(crate) fn clock(&self) -> &'a dyn Clock {
        self.accounting.clock.as_ref()
    }

    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    /// Continues the call with the next model of the route.
    pub(crate) fn switch_to(&mut self, model: ModelName) {
        self.fallbacks += 1;
        self.request.model = model;
    }

    /// Marks the call as recorded by the proxy that it goes through.
    pub(crate) fn skip_accounting(&mut self) {
        self.is_accounted_elsewhere = true;
    }

    /// The opening of the answer: the model, the attempts and the time so far.
    pub(crate) fn opening(&self) -> Opening {
        Opening {
            call_id: self.id,
            model: self.request.model.clone(),
            attempts: self.stats.attempts,
            fallbacks: self.fallbacks,
            limits: self.stats.limits,
            upstream: self.stats.upstream,
        }
    }

    /// Records the call. Returns its cost in billionths of a US dollar, where the price is known.
    pub(crate) fn end(mut self, outcome: Result<&Completion, &ModelError>) -> Option<i64> {
        self.is_over = true;
        let mut record = match outcome {
            Ok(answer) => {
                let mut record = self.record(CallOutcome::Ok, answer.usage);
                record.finish = Some(answer.finish.clone());
                record
            }
            Err(error) => self.record(CallOutcome::Error(error.code()), None),
        };
        record.cost_nanos = self.accounting.cost(&record);
        let cost = record.cost_nanos;
        self.report(record);
        cost
    }

    /// Records an embedding call.
    pub(crate) fn end_embedding(mut self, outcome: Result<&Embeddings, &ModelError>) {
        self.is_over = true;
        let mut record = match outcome {
            Ok(vectors) => self.record(CallOutcome::Ok, vectors.usage),
            Err(error) => self.record(CallOutcome::Error(error.code()), None),
        };
        record.cost_nanos = self.accounting.cost(&record);
        self.report(record);
    }

    fn report(&self, record: CallRecord) {
        if !self.is_accounted_elsewhere {
            self.accounting.accountant.record(record);
        }
    }

    fn record(&mut self, outcome: CallOutcome, reported: Option<Usage>) -> CallRecord {
        let (usage, is_estimated) = self.stats.usage(reported, &self.request);
        CallRecord {
            id: self.id,
            operation: self.operation,
            account: std::mem::take(&mut self.request.account),
            used_by: self.request.used_by,
            requested: self.requested.clone(),
            served: self.request.model.clone(),
            attempts: self.stats.attempts,
            fallbacks: self.fallbacks,
            usage,
            is_estimated,
            cost_nanos: None,
            started_at: self.started_at,
            latency: self.started.elapsed(),
            time_to_first_token: self.stats.first_delta.map(|moment| moment.duration_since(self.started)),
            outcome,
            finish: None,
            deltas: self.stats.deltas,
            streamed_bytes: self.stats.bytes,
            trace: self.request.trace,
        }
    }
}

/// The future was dropped: the caller has gone.
impl Drop for Call<'_> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let mut record = self.record(CallOutcome::Cancelled, None);
        record.cost_nanos = self.accounting.cost(&record);
        self.report(record);
    }
}
