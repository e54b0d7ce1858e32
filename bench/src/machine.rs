//! Conditions that influence the figures: the machine, its disk, and its other load.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::Result;
use artel_domain::{Clock, SystemClock};
use procfs::Current;
use serde_json::{Value, json};

use crate::figures::Spread;

/// The machine and the code, once per measurement.
pub(crate) fn describe(scratch: &Path) -> Value {
    let cpu = procfs::CpuInfo::current().ok();
    json!({
        "started_at": SystemClock.now().to_string(),
        "command": std::env::args().collect::<Vec<_>>().join(" "),
        "commit": output_of(Command::new("git").args(["describe", "--always", "--dirty"])),
        "cpu": cpu.as_ref().and_then(|cpu| cpu.model_name(0)),
        "cores": cpu.as_ref().map(procfs::CpuInfo::num_cores),
        "memory_bytes": procfs::Meminfo::current().ok().map(|memory| memory.mem_total),
        "kernel": output_of(Command::new("uname").arg("-sr")),
        "scratch_file_system": output_of(Command::new("stat").args(["-f", "-c", "%T"]).arg(scratch)),
    })
}

/// The number of running or runnable processes, as an average of the last minute and now (this process included).
pub(crate) fn busy() -> Result<Value> {
    let load = procfs::LoadAverage::current()?;
    Ok(json!({ "load_average_1_minute": (f64::from(load.one) * 100.0).round() / 100.0, "running_now": load.cur }))
}

/// Milliseconds of a small durable write on this disk. No durable answer can be faster.
pub(crate) fn durable_write_ms(scratch: &Path) -> Result<f64> {
    const WRITES: usize = 200;
    let path = scratch.join("durable-write");
    let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
    let mut samples = Vec::with_capacity(WRITES);
    for _ in 0..WRITES {
        let begun = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        samples.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    std::fs::remove_file(path)?;
    Ok(Spread::of(&samples).map_or(0.0, |spread| spread.median))
}

fn output_of(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
