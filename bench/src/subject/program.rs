//! A child process that gets only the given environment, logs to a file and is stopped gracefully.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::process::Watched;

const LONGEST_START: Duration = Duration::from_mins(1);
const LONGEST_STOP: Duration = Duration::from_secs(40);

pub(crate) struct Program {
    child: Child,
    log: PathBuf,
    pub(crate) watched: Watched,
    /// Kept open so that the program never writes to a closed pipe.
    stdout: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// Starts it; its error output goes to `<name>.log` in the directory.
    pub(crate) fn start(name: &'static str, command: &mut Command, directory: &Path) -> Result<Self> {
        let log = directory.join(format!("{name}.log"));
        let stderr = File::options().create(true).append(true).open(&log)?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {name}: {}", command.as_std().get_program().display()))?;
        let pid = child.id().context("it ended at once")?.cast_signed();
        let stdout = child.stdout.take().context("no standard output")?;
        Ok(Self { child, log, watched: Watched { name, pid }, stdout: BufReader::new(stdout).lines() })
    }

    /// Reads standard output until `find` returns a value for a line.
    pub(crate) async fn line<T>(&mut self, find: impl Fn(&str) -> Option<T>) -> Result<T> {
        let lines = async {
            while let Some(line) = self.stdout.next_line().await? {
                if let Some(found) = find(&line) {
                    return Ok(Some(found));
                }
            }
            anyhow::Ok(None)
        };
        match timeout(LONGEST_START, lines).await {
            Ok(Ok(Some(found))) => Ok(found),
            _ => bail!("{} did not say that it is ready; {}", self.watched.name, self.log_tail()),
        }
    }

    /// Repeats `attempt` until it succeeds, for at most the time that a start may take.
    pub(crate) async fn until_ready<T, Trying: Future<Output = Result<T>>>(
        &mut self,
        mut attempt: impl FnMut() -> Trying,
    ) -> Result<T> {
        let attempts = async {
            loop {
                if let Ok(ready) = attempt().await {
                    return ready;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::select! {
            ready = timeout(LONGEST_START, attempts) => {
                ready.with_context(|| format!("{} is not ready after {LONGEST_START:?}", self.watched.name))
            }
            ended = self.child.wait() => bail!("{} ended: {}; {}", self.watched.name, ended?, self.log_tail()),
        }
    }

    /// Asks it to stop and waits for its end.
    pub(crate) async fn stop(mut self, signal: Signal) -> Result<()> {
        let pid = Pid::from_raw(self.watched.pid).context("no process id")?;
        kill_process(pid, signal)?;
        let ended: ExitStatus = timeout(LONGEST_STOP, self.child.wait())
            .await
            .with_context(|| format!("{} is still there {LONGEST_STOP:?} after {signal:?}", self.watched.name))??;
        ensure!(
            ended.success() || ended.code().is_none(),
            "{} ended with {ended}; {}",
            self.watched.name,
            self.log_tail()
        );
        Ok(())
    }

    /// Ends it at once.
    pub(crate) async fn kill(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    fn log_tail(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines = log.lines().collect::<Vec<_>>();
        format!("its last words:\n{}", lines[lines.len().saturating_sub(20)..].join("\n"))
    }
}
