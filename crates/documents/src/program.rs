//! The process that reads one file: how it is called, and what it does.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::unix::process::parent_id;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use artel_extract::{Extractor, Limits, Programs};
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;

use crate::report::{Report, report};

/// Sets limits and becomes the program, so that it never runs without them.
const LIMITED: &str = "ulimit -c 0 && ulimit -v \"$1\" && ulimit -t \"$2\" && shift 2 && exec \"$@\"";
/// Address space of a reading process, in KiB. What a file may come to is bounded by [`Limits`] long before.
const MEMORY_KIB: u64 = 4 << 20;
/// Of a report, in bytes: the text of a file with what JSON adds to it.
const LARGEST_REPORT: u64 = 256 << 20;
/// For the beginning and the end of the process, beside the time that its file takes.
const BESIDE: Duration = Duration::from_secs(30);
/// What a converter needs of the environment, and nothing secret.
const ENVIRONMENT: [&str; 3] = ["PATH", "TESSDATA_PREFIX", "TMPDIR"];
const WATCH_EVERY: Duration = Duration::from_secs(1);

/// What is called to read one file: it gets the file as its standard input and writes a [`Report`] as JSON. See
/// [`read_one`].
#[derive(Debug, Clone)]
pub struct Program {
    pub path: PathBuf,
    pub arguments: Vec<String>,
}

/// The process ended without a report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BrokenOff {
    #[error("the process that reads the file cannot be started: {0}")]
    NotStarted(io::Error),
    #[error("the process that read the file ended without a report ({0})")]
    Ended(ExitStatus),
    #[error("the process that read the file took too long")]
    TooSlow,
    #[error("the report of the process that read the file cannot be understood")]
    Unreadable,
}

impl Program {
    /// Has a file read. A caller that goes away takes the process with it.
    pub(crate) async fn read(&self, file: File) -> Result<Report, BrokenOff> {
        let limits = Limits::default();
        let time = Duration::from_secs(limits.seconds) + BESIDE;
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", LIMITED, "sh", &MEMORY_KIB.to_string(), &time.as_secs().to_string()])
            .arg(&self.path)
            .args(&self.arguments)
            .env_clear()
            .envs(ENVIRONMENT.iter().filter_map(|name| Some((*name, std::env::var_os(name)?))))
            .stdin(Stdio::from(file))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let mut child = command.spawn().map_err(BrokenOff::NotStarted)?;
        let mut said = Vec::new();
        let output = child.stdout.take();
        let all = async {
            if let Some(output) = output {
                output.take(LARGEST_REPORT).read_to_end(&mut said).await.map_err(BrokenOff::NotStarted)?;
            }
            child.wait().await.map_err(BrokenOff::NotStarted)
        };
        let status = tokio::time::timeout(time, all).await.map_err(|_| BrokenOff::TooSlow)??;
        if !status.success() {
            return Err(BrokenOff::Ended(status));
        }
        serde_json::from_slice(&said).map_err(|_| BrokenOff::Unreadable)
    }
}

/// Reads the file that is the standard input and writes the report: all that a reading process does. It ends with the
/// process that started it.
///
/// # Errors
/// When the input cannot be read, or the output not be written.
pub fn read_one() -> io::Result<()> {
    let parent = parent_id();
    let watch = move || {
        while parent_id() == parent {
            std::thread::sleep(WATCH_EVERY);
        }
        std::process::exit(1);
    };
    std::thread::Builder::new().name("watch-parent".to_owned()).spawn(watch)?;
    let limits = Limits::default();
    let mut bytes = Vec::new();
    io::stdin().lock().take(limits.file_bytes + 1).read_to_end(&mut bytes)?;
    let told = report(&Extractor::new(limits, Programs::found()), "", &bytes);
    let mut output = io::BufWriter::new(io::stdout().lock());
    serde_json::to_writer(&mut output, &told)?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use std::io::{Seek as _, Write as _};

    use super::*;

    fn file(text: &str) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.rewind().unwrap();
        file
    }

    fn shell(script: &str) -> Program {
        Program { path: "/bin/sh".into(), arguments: vec!["-c".to_owned(), script.to_owned()] }
    }

    #[tokio::test]
    async fn a_process_gets_its_file_and_limits_and_no_secret() {
        let script = r#"printf '{"refused":{"reason":"%s/%s/%s"}}' "$(cat)" "$(env | grep -c CARGO)" "$(ulimit -v)""#;
        let told = shell(script).read(file("text")).await.unwrap();
        assert_eq!(told, Report::Refused { reason: format!("text/0/{MEMORY_KIB}") });
    }

    #[tokio::test]
    async fn a_process_that_dies_or_says_nothing_is_no_report() {
        let died = shell("kill -9 $$").read(file("")).await;
        assert!(matches!(died, Err(BrokenOff::Ended(_))), "{died:?}");
        let silent = shell("true").read(file("")).await;
        assert!(matches!(silent, Err(BrokenOff::Unreadable)), "{silent:?}");
    }
}
