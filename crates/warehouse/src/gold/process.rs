//! A run in a process of its own: SQLite's whole heap is bounded there, a text that makes it fail harms nobody, and
//! whatever it does ends with the process.

use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::output::{Answer, End, Kept, Written, broken, read};
use super::run::execute;
use super::{Cancel, Failure, Feed, Job, plan, run};

/// The argument by which the program becomes the process of one run: it calls [`child`] then.
pub const CHILD: &str = "gold-process";
/// Between two looks at the process.
const PAUSE: Duration = Duration::from_millis(10);
/// How long a process may take beyond its time to say so itself.
const GRACE: Duration = Duration::from_secs(1);
/// How long a text may be compiled.
const PLAN_SECONDS: u64 = 5;

/// The first line that a process reads.
#[derive(Serialize, Deserialize)]
struct Order {
    is_plan: bool,
    job: Job,
}

/// Runs jobs. All methods wait: call them on a thread for such work.
#[derive(Debug, Clone)]
pub struct Runner {
    /// The program and its arguments.
    command: Option<(PathBuf, Vec<String>)>,
}

impl Runner {
    /// Each job gets a process of this program, which must call [`child`] when it is started with these arguments.
    pub fn with_process(program: PathBuf, arguments: Vec<String>) -> Self {
        Self { command: Some((program, arguments)) }
    }

    /// Jobs run in this process, without a bound of the memory for intermediate results and of the time in which SQLite
    /// compiles: for texts that no tenant wrote.
    pub fn here() -> Self {
        Self { command: None }
    }

    /// See [`plan()`].
    ///
    /// # Errors
    /// See [`Failure`].
    pub fn plan(&self, job: &Job, cancel: &Cancel) -> Result<Vec<String>, Failure> {
        if self.command.is_none() {
            return plan(job, cancel);
        }
        let mut job = job.clone();
        job.limits.seconds = job.limits.seconds.min(PLAN_SECONDS);
        let order = Order { is_plan: true, job };
        match self.process(&order, &mut std::iter::empty(), cancel)?.1 {
            End::Plan { tables } => Ok(tables),
            _ => Err(ended()),
        }
    }

    /// See [`run()`].
    ///
    /// # Errors
    /// See [`Failure`].
    pub fn run(&self, job: &Job, feed: &mut Feed<'_>, cancel: &Cancel) -> Result<Answer, Failure> {
        if self.command.is_none() {
            return run(job, feed, cancel);
        }
        let (kept, end) = self.process(&Order { is_plan: false, job: job.clone() }, feed, cancel)?;
        match end {
            End::Done { loaded } => Ok(kept.finished(loaded)),
            _ => Err(ended()),
        }
    }

    fn process(&self, order: &Order, feed: &mut Feed<'_>, cancel: &Cancel) -> Result<(Kept, End), Failure> {
        let mut child = self.start()?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (Some(input), Some(output)) = (input, output) else { return Err(ended()) };
        let (child, is_over) = (Mutex::new(child), AtomicBool::new(false));
        let mut kept = Kept::new();
        let (fed, said, stopped) = thread::scope(|scope| {
            let feeding = scope.spawn(|| write_all(input, order, feed));
            let watching = scope.spawn(|| watch(&child, &is_over, order.job.limits.seconds, cancel));
            let said = read(BufReader::new(output), &mut kept);
            is_over.store(true, Ordering::Relaxed);
            (feeding.join(), said, watching.join())
        });
        let stopped = stopped.map_err(|_| ended())?;
        // It may have ended by itself meanwhile.
        let _ = child.into_inner().unwrap_or_else(PoisonError::into_inner).wait();
        if let Some(stopped) = stopped {
            return Err(stopped);
        }
        match (said?, fed.map_err(|_| ended())?) {
            (Some(End::Failed(failure)), Ok(())) | (_, Err(failure)) => Err(failure),
            (Some(end), Ok(())) => Ok((kept, end)),
            (None, Ok(())) => Err(ended()),
        }
    }

    fn start(&self) -> Result<Child, Failure> {
        let Some((program, arguments)) = &self.command else { return Err(ended()) };
        let mut command = Command::new(program);
        command.args(arguments).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.spawn().map_err(|error| Failure::Broken(format!("the process of the run cannot start ({error})")))
    }
}

/// Gives the process what it needs. One that does not read to the end has said why.
fn write_all(into: impl Write, order: &Order, feed: &mut Feed<'_>) -> Result<(), Failure> {
    let mut into = BufWriter::new(into);
    let line = serde_json::to_vec(order).map_err(|error| Failure::Broken(error.to_string()))?;
    if into.write_all(&line).and_then(|()| into.write_all(b"\n")).is_err() {
        return Ok(());
    }
    for piece in feed {
        let piece = piece.map_err(Failure::Broken)?;
        if into.write_all(&piece).is_err() {
            return Ok(());
        }
    }
    // A process that does not read any more has said why.
    let _ = into.flush();
    Ok(())
}

/// Ends the process when its time is over or nobody wants the answer any more.
fn watch(child: &Mutex<Child>, is_over: &AtomicBool, seconds: u64, cancel: &Cancel) -> Option<Failure> {
    let deadline = Instant::now() + Duration::from_secs(seconds) + GRACE;
    while !is_over.load(Ordering::Relaxed) {
        let stopped = if cancel.is_cancelled() {
            Some(Failure::Cancelled)
        } else {
            (Instant::now() >= deadline).then_some(Failure::TooSlow(seconds))
        };
        if stopped.is_some() {
            // It may have ended by itself meanwhile.
            let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
            return stopped;
        }
        thread::sleep(PAUSE);
    }
    None
}

/// The whole life of the process of one run: reads what is to be done, does it, says what came of it.
///
/// # Errors
/// The answer could not be written.
pub fn child(input: impl io::Read, output: impl Write) -> io::Result<()> {
    let (mut input, mut output) = (BufReader::with_capacity(1 << 16, input), BufWriter::new(output));
    let end = perform(&mut input, &mut output).unwrap_or_else(End::Failed);
    serde_json::to_writer(&mut output, &end)?;
    output.write_all(b"\n")?;
    output.flush()
}

fn perform(input: &mut impl BufRead, output: &mut dyn Write) -> Result<End, Failure> {
    let mut line = Vec::new();
    input.read_until(b'\n', &mut line).map_err(broken)?;
    let order: Order = serde_json::from_slice(&line).map_err(|error| Failure::Broken(error.to_string()))?;
    let cancel = Cancel::default();
    // All of this process's SQLite counts, whatever it is for.
    let limited = Connection::open_in_memory().map_err(super::faults::of_sqlite)?;
    let limit = format!("PRAGMA hard_heap_limit = {}", order.job.limits.memory_bytes);
    limited.query_row(&limit, [], |row| row.get::<_, i64>(0)).map_err(super::faults::of_sqlite)?;
    if order.is_plan {
        return Ok(End::Plan { tables: plan(&order.job, &cancel)? });
    }
    let loaded = execute(&order.job, input, &cancel, &mut Written(output))?;
    Ok(End::Done { loaded })
}

fn ended() -> Failure {
    Failure::Broken("the process of the run ended without an answer".to_owned())
}
