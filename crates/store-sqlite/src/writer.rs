//! The one hand that writes: a thread with the only writing connection, and group commit.
//!
//! What is asked while the last transaction became durable goes into the next one together, so that one `fsync` serves
//! many; a lone request does not wait for company. Nobody hears an answer before the commit. An intent that fails, or
//! panics, takes nothing with it: the transaction is rolled back and its intents run again, each behind a savepoint. So
//! intents must be repeatable: they read their input and touch nothing but the database.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use artel_domain::{AuditEntry, TenantId};
use artel_store::StoreError;
use futures::FutureExt;
use futures::future::BoxFuture;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};

use crate::audit;
use crate::error::{Failure, Outcome};

/// The most intents of one transaction, and the longest it takes new ones in.
const MOST: usize = 128;
const WINDOW: Duration = Duration::from_millis(2);
/// Requests that may wait before callers do.
const QUEUE: usize = 1024;

/// What an intent writes with.
pub(crate) struct Tx {
    pub(crate) conn: SqliteConnection,
    /// Chained and written once per transaction, just before the commit.
    audits: Vec<(TenantId, AuditEntry)>,
}

impl Tx {
    /// Adds a row to the tenant's audit chain, in this transaction.
    pub(crate) fn audit(&mut self, tenant: TenantId, entry: &AuditEntry) {
        self.audits.push((tenant, entry.clone()));
    }
}

/// A write, repeatable: it changes nothing but the database.
pub(crate) type Intent<I, O> = for<'t> fn(&'t I, &'t mut Tx) -> BoxFuture<'t, Outcome<O>>;

/// The way to the writing thread.
pub(crate) struct Writer {
    /// `None` asks the writer to finish.
    queue: mpsc::Sender<Option<Box<dyn Job>>>,
    /// Closed when the writer is gone.
    alive: watch::Receiver<()>,
    /// How long a caller waits for a place in the queue, and then for the answer: what was asked may be done all the
    /// same.
    patience: Duration,
}

impl Writer {
    /// Starts the writer's thread. It needs the runtime that this is called in, and does not keep it from shutting
    /// down.
    pub(crate) fn start(conn: SqliteConnection, options: SqliteConnectOptions, patience: Duration) -> Outcome<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (leaving, alive) = watch::channel(());
        let thread_state = WriterThread { tx: Tx { conn, audits: Vec::new() }, options, jobs };
        let runtime = Handle::current();
        // A thread of its own, because each statement hands over to sqlx's thread and back: among the runtime's tasks,
        // the writer would wait for its turn each time.
        let thread = std::thread::Builder::new().name("artel-writer".to_owned()).spawn(move || {
            runtime.block_on(thread_state.serve());
            drop(leaving);
        });
        thread.map_err(Failure::unavailable)?;
        Ok(Self { queue, alive, patience })
    }

    pub(crate) async fn write<I, O>(&self, input: I, intent: Intent<I, O>) -> Outcome<O>
    where
        I: Send + Sync + 'static,
        O: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(QueuedWrite { input, intent, outcome: None, reply });
        self.queue
            .send_timeout(Some(job), self.patience)
            .await
            .map_err(|_| Failure::unavailable("the writer is closed or overloaded"))?;
        let answered = tokio::time::timeout(self.patience, answer).await;
        let answered = answered.map_err(|_| Failure::unavailable("the writer did not answer in time"))?;
        answered.map_err(|_| Failure::unavailable("the writer is closed"))?
    }

    /// Writes what is queued, then closes the connection.
    pub(crate) async fn close(&self) {
        // Both fail when the writer is gone, which is what is asked for.
        let _ = self.queue.send(None).await;
        let _ = self.alive.clone().changed().await;
    }
}

/// An intent in the queue, whatever its types.
trait Job: Send {
    /// Runs it; false when it failed.
    fn attempt<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, bool>;
    /// Tells the caller; `fate` says why the transaction as a whole came to nothing.
    fn answer(self: Box<Self>, fate: Result<(), &StoreError>);
}

/// A write that waits for its turn, and who waits for its outcome.
struct QueuedWrite<I, O> {
    input: I,
    intent: Intent<I, O>,
    outcome: Option<Outcome<O>>,
    reply: oneshot::Sender<Outcome<O>>,
}

impl<I: Send + Sync, O: Send> Job for QueuedWrite<I, O> {
    fn attempt<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, bool> {
        Box::pin(async move {
            let attempt = AssertUnwindSafe((self.intent)(&self.input, tx)).catch_unwind().await;
            let outcome = attempt.unwrap_or_else(|_| Err(Failure::broken("a write panicked")));
            let succeeded = outcome.is_ok();
            self.outcome = Some(outcome);
            succeeded
        })
    }

    fn answer(self: Box<Self>, fate: Result<(), &StoreError>) {
        let answer = match (self.outcome, fate) {
            (Some(Err(failure)), _) => Err(failure),
            (_, Err(StoreError::Broken(error))) => Err(Failure::broken(error.to_string())),
            (_, Err(error)) => Err(Failure::unavailable(error.to_string())),
            (Some(Ok(done)), Ok(())) => Ok(done),
            (None, Ok(())) => Err(Failure::broken("a write was not run")),
        };
        // The caller may have gone: what it asked for is done all the same.
        let _ = self.reply.send(answer);
    }
}

/// The writing thread.
struct WriterThread {
    tx: Tx,
    options: SqliteConnectOptions,
    jobs: mpsc::Receiver<Option<Box<dyn Job>>>,
}

impl WriterThread {
    async fn serve(mut self) {
        while let Some(message) = self.jobs.recv().await {
            match message {
                Some(job) => self.group(job).await,
                None => self.jobs.close(),
            }
        }
        if let Err(error) = self.tx.conn.close().await {
            tracing::warn!(%error, "the writing connection did not close cleanly");
        }
    }

    /// One transaction, or two when an intent of the first failed.
    async fn group(&mut self, first: Box<dyn Job>) {
        let mut jobs = vec![first];
        let mut fate = self.together(&mut jobs).await;
        if let Ok(false) = fate {
            fate = self.rolled_back().await;
            if let (Ok(_), 2..) = (&fate, jobs.len()) {
                fate = self.one_by_one(&mut jobs).await;
            }
        }
        if let Err(Failure(error)) = &fate {
            tracing::error!(%error, "a transaction came to nothing");
            self.reconnect().await;
        }
        for job in jobs {
            job.answer(fate.as_ref().map(|_| ()).map_err(|failure| &failure.0));
        }
    }

    /// Runs `jobs`, and those that queue up meanwhile, in one transaction. False: one of them failed, and the
    /// transaction is still open.
    async fn together(&mut self, jobs: &mut Vec<Box<dyn Job>>) -> Outcome<bool> {
        sqlx::query!("BEGIN IMMEDIATE").execute(&mut self.tx.conn).await?;
        let begun = Instant::now();
        let mut next = 0;
        while let Some(job) = jobs.get_mut(next) {
            if !job.attempt(&mut self.tx).await {
                return Ok(false);
            }
            next += 1;
            if next == jobs.len() && next < MOST && begun.elapsed() < WINDOW {
                jobs.extend(self.waiting());
            }
        }
        self.commit().await?;
        Ok(true)
    }

    /// The next request, if there is one.
    fn waiting(&mut self) -> Option<Box<dyn Job>> {
        let asked = self.jobs.try_recv().ok()?;
        if asked.is_none() {
            self.jobs.close();
        }
        asked
    }

    /// The same with a savepoint around each, so that those that fail leave the others alone.
    async fn one_by_one(&mut self, jobs: &mut [Box<dyn Job>]) -> Outcome<bool> {
        sqlx::query!("BEGIN IMMEDIATE").execute(&mut self.tx.conn).await?;
        for job in jobs {
            let audits = self.tx.audits.len();
            sqlx::query!("SAVEPOINT intent").execute(&mut self.tx.conn).await?;
            if !job.attempt(&mut self.tx).await {
                sqlx::query!("ROLLBACK TO intent").execute(&mut self.tx.conn).await?;
                self.tx.audits.truncate(audits);
            }
            sqlx::query!("RELEASE intent").execute(&mut self.tx.conn).await?;
        }
        self.commit().await?;
        Ok(true)
    }

    async fn commit(&mut self) -> Outcome<()> {
        let audits = std::mem::take(&mut self.tx.audits);
        audit::append(&mut self.tx.conn, &audits).await?;
        sqlx::query!("COMMIT").execute(&mut self.tx.conn).await?;
        Ok(())
    }

    async fn rolled_back(&mut self) -> Outcome<bool> {
        self.tx.audits.clear();
        sqlx::query!("ROLLBACK").execute(&mut self.tx.conn).await?;
        Ok(true)
    }

    /// A connection that failed in the middle is not trusted again; dropping it rolls back what it had open.
    async fn reconnect(&mut self) {
        self.tx.audits.clear();
        match self.options.connect().await {
            Ok(fresh) => self.tx.conn = fresh,
            Err(error) => tracing::error!(%error, "the database file cannot be opened"),
        }
    }
}

#[cfg(test)]
mod tests;
