use std::collections::BTreeSet;
use std::io::BufRead;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::faults::of_sqlite;
use super::input::FeedReader;
use super::output::{Answer, Kept, Sink, pour};
use super::wall::{Seen, close, compile};
use super::{Cancel, Failure, Feed, Job, Loaded, load};

/// Instructions between two looks at the clock.
const STEP: i32 = 2000;
/// Bytes of a page of the private database.
const PAGE: u64 = 4096;

/// The names of the tables that a SELECT reads, in alphabetical order. Nothing is read or computed.
///
/// This is done in this process; a text of a tenant goes through [`super::Runner::plan`].
///
/// # Errors
/// The text is not one SELECT over the job's tables.
pub fn plan(job: &Job, cancel: &Cancel) -> Result<Vec<String>, Failure> {
    let database = Database::open(job, cancel)?;
    let seen = database.close(job)?;
    let statement = compile(&database.connection, &seen, &job.sql).map_err(|failure| database.told(failure))?;
    columns_of(&statement)?;
    let seen = seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok(seen.tables.iter().cloned().collect())
}

/// Loads the job's tables and runs its SELECT, in this process and on this thread.
///
/// The database is bounded; what SQLite needs for intermediate results is not, nor the time in which it compiles. A
/// text of a tenant goes through [`super::Runner::run`], where they are.
///
/// # Errors
/// See [`Failure`].
pub fn run(job: &Job, feed: &mut Feed<'_>, cancel: &Cancel) -> Result<Answer, Failure> {
    let mut kept = Kept::new();
    let loaded = execute(job, &mut FeedReader::new(feed), cancel, &mut kept)?;
    Ok(kept.finished(loaded))
}

/// Loads, runs and gives the rows to the sink.
pub(super) fn execute(
    job: &Job,
    input: &mut dyn BufRead,
    cancel: &Cancel,
    sink: &mut dyn Sink,
) -> Result<Vec<Loaded>, Failure> {
    let database = Database::open(job, cancel)?;
    let mut loaded = Vec::with_capacity(job.tables.len());
    for table in &job.tables {
        loaded.push(load::fill(&database.connection, table, input).map_err(|failure| database.told(failure))?);
    }
    database.connection.execute_batch("COMMIT").map_err(of_sqlite)?;
    let seen = database.close(job)?;
    database.select(job, &seen, sink).map_err(|failure| database.told(failure))?;
    Ok(loaded)
}

/// The private database.
struct Database {
    connection: Connection,
    cancel: Cancel,
    seconds: u64,
}

impl Database {
    fn open(job: &Job, cancel: &Cancel) -> Result<Self, Failure> {
        let connection = Connection::open_in_memory().map_err(of_sqlite)?;
        let settings = format!(
            "PRAGMA page_size = {PAGE}; PRAGMA max_page_count = {}; PRAGMA journal_mode = OFF; \
             PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF; BEGIN",
            job.limits.memory_bytes.div_ceil(PAGE)
        );
        connection.execute_batch(&settings).map_err(of_sqlite)?;
        let (deadline, watched) = (Instant::now() + Duration::from_secs(job.limits.seconds), cancel.clone());
        let is_over = move || watched.is_cancelled() || Instant::now() >= deadline;
        connection.progress_handler(STEP, Some(is_over)).map_err(of_sqlite)?;
        for table in &job.tables {
            load::create(&connection, table).map_err(of_sqlite)?;
        }
        Ok(Self { connection, cancel: cancel.clone(), seconds: job.limits.seconds })
    }

    fn close(&self, job: &Job) -> Result<std::sync::Arc<Mutex<Seen>>, Failure> {
        let names: BTreeSet<String> = job.tables.iter().map(|table| table.name.clone()).collect();
        close(&self.connection, &names).map_err(of_sqlite)
    }

    fn select(&self, job: &Job, seen: &Mutex<Seen>, sink: &mut dyn Sink) -> Result<(), Failure> {
        let mut statement = compile(&self.connection, seen, &job.sql)?;
        let columns = columns_of(&statement)?;
        pour(statement.query([]).map_err(of_sqlite)?, &columns, &job.limits, sink)
    }

    /// An interruption says who interrupted.
    fn told(&self, failure: Failure) -> Failure {
        match failure {
            Failure::TooSlow(_) if self.cancel.is_cancelled() => Failure::Cancelled,
            Failure::TooSlow(_) => Failure::TooSlow(self.seconds),
            other => other,
        }
    }
}

/// Columns of a table have different names.
fn columns_of(statement: &rusqlite::Statement<'_>) -> Result<Vec<String>, Failure> {
    let mut columns: Vec<String> = Vec::new();
    for name in statement.column_names() {
        if columns.iter().any(|other| other.eq_ignore_ascii_case(name)) {
            return Err(Failure::Refused(format!("two columns are called {name}; name each with AS")));
        }
        columns.push(name.to_owned());
    }
    Ok(columns)
}
