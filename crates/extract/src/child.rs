//! A converter as a child process: address space, processor time, size of output and wall clock are bounded by the
//! kernel, the environment is empty, and the process is dead when [`Call::run`] returns.

use std::fs::{self, File};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::Refusal;
use crate::budget::Budget;

/// Sets limits and becomes the program, so that it never runs without them.
const LIMITED: &str =
    "ulimit -c 0 && ulimit -v \"$1\" && ulimit -S -t \"$2\" && ulimit -f \"$3\" && shift 3 && exec \"$@\"";
/// The unit of `ulimit -f`.
const BLOCK: u64 = 512;
/// SIGXFSZ: more output than it may write.
const TOO_MUCH_OUTPUT: i32 = 25;
/// SIGXCPU: more processor time than it may use. The hard limit stays above, because beyond it comes the other signal.
const TOO_MUCH_TIME: i32 = 24;
/// SIGKILL: nobody here sent it, so the kernel did when the machine or the container ran out of memory.
const NO_MEMORY: i32 = 9;
/// Bytes of the error output that are looked at.
const SAID: usize = 4096;
const PAUSE: Duration = Duration::from_millis(5);

/// One call of a converter.
pub(crate) struct Call<'a> {
    /// The name in refusals.
    pub(crate) program: &'static str,
    pub(crate) path: &'a Path,
    pub(crate) arguments: &'a [&'a str],
    /// A directory of this file's own; the program works in it.
    pub(crate) folder: &'a Path,
    /// Bytes that it may write into any one file; its standard output is one.
    pub(crate) output_bytes: u64,
}

/// How a call ended.
pub(crate) struct Ended {
    pub(crate) output: Vec<u8>,
    /// The error output.
    pub(crate) said: String,
    pub(crate) is_success: bool,
    status: ExitStatus,
}

impl Call<'_> {
    /// The program's output, when it ended by itself.
    pub(crate) fn run(&self, budget: &Budget<'_>) -> Result<Ended, Refusal> {
        let time = budget.time()?;
        let (out, err) = (self.folder.join("output"), self.folder.join("errors"));
        let mut child = self
            .command(budget, time, create(&out)?, create(&err)?)
            .spawn()
            .map_err(|error| self.failed(format!("it could not be started ({error})")))?;
        let deadline = Instant::now() + time;
        let status = loop {
            if let Some(status) = child.try_wait().map_err(|error| self.failed(error.to_string()))? {
                break status;
            }
            if Instant::now() >= deadline {
                // The child may have ended meanwhile: both calls are about its remains then.
                let _ = child.kill();
                let _ = child.wait();
                return Err(Refusal::TooSlow { seconds: budget.limits.seconds });
            }
            std::thread::sleep(PAUSE);
        };
        self.ended(budget, status, &out, &err)
    }

    fn command(&self, budget: &Budget<'_>, time: Duration, out: File, err: File) -> Command {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", LIMITED, "sh"])
            .arg((budget.limits.child_memory_bytes / 1024).to_string())
            .arg((time.as_secs() + 1).to_string())
            .arg(self.output_bytes.div_ceil(BLOCK).to_string())
            .arg(self.path)
            .args(self.arguments)
            .env_clear()
            .env("LC_ALL", "C.UTF-8")
            .env("HOME", self.folder)
            .env("OMP_THREAD_LIMIT", "1")
            .current_dir(self.folder)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err);
        if let Some(data) = std::env::var_os("TESSDATA_PREFIX") {
            command.env("TESSDATA_PREFIX", data);
        }
        command
    }

    fn ended(&self, budget: &Budget<'_>, status: ExitStatus, out: &Path, err: &Path) -> Result<Ended, Refusal> {
        match status.signal() {
            Some(TOO_MUCH_OUTPUT) => return Err(Refusal::TooLarge { limit: self.output_bytes, unit: "bytes of text" }),
            Some(TOO_MUCH_TIME) => return Err(Refusal::TooSlow { seconds: budget.limits.seconds }),
            Some(NO_MEMORY) => {
                return Err(
                    self.failed("it was killed, most likely because the machine has too little memory".to_owned())
                );
            }
            _ => {}
        }
        let read = |file: &Path| fs::read(file).map_err(|error| self.failed(error.to_string()));
        let (output, errors) = (read(out)?, read(err)?);
        let said = String::from_utf8_lossy(&errors[..errors.len().min(SAID)]).into_owned();
        Ok(Ended { output, said, is_success: status.success(), status })
    }

    /// The refusal for a call that ended badly.
    pub(crate) fn refused(&self, ended: &Ended) -> Refusal {
        let line = ended.said.lines().map(str::trim).rfind(|line| !line.is_empty());
        let reason = line.map_or_else(|| ended.status.to_string(), |line| line.chars().take(200).collect());
        self.failed(reason)
    }

    fn failed(&self, reason: String) -> Refusal {
        Refusal::Converter { program: self.program, reason }
    }
}

fn create(path: &Path) -> Result<File, Refusal> {
    File::create(path).map_err(|error| of_folder(&error))
}

/// The directory for temporary files cannot be used.
pub(crate) fn of_folder(error: &std::io::Error) -> Refusal {
    Refusal::Converter { program: "artel", reason: format!("its temporary directory cannot be used ({error})") }
}
