//! What every Prometheus client says of its process, from `/proc`. Nothing on systems without one.

use std::fmt::Write as _;

use artel_domain::Timestamp;
use rustix::process::{Resource, getrlimit};

/// The kernel's unit of CPU time for programs, the same on every architecture.
const TICKS_PER_SECOND: f64 = 100.0;

/// In Prometheus text format.
pub(super) fn text(started: Timestamp) -> String {
    let Some(stat) = std::fs::read_to_string("/proc/self/stat").ok() else { return String::new() };
    let mut text = String::new();
    let mut say = |name: &str, kind: &str, help: &str, value: Option<f64>| {
        if let Some(value) = value {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n");
        }
    };
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    say("process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.", cpu_seconds(&stat));
    say("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", bytes(&status, "VmRSS:"));
    say("process_virtual_memory_bytes", "gauge", "Virtual memory size in bytes.", bytes(&status, "VmSize:"));
    let open = std::fs::read_dir("/proc/self/fd").ok().map(|files| files.count() as f64);
    say("process_open_fds", "gauge", "Number of open file descriptors.", open);
    let most = getrlimit(Resource::Nofile).current.map(|most| most as f64);
    say("process_max_fds", "gauge", "Maximum number of open file descriptors.", most);
    let since = started.as_microsecond() as f64 / 1e6;
    say("process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.", Some(since));
    text
}

/// `utime` and `stime` are the 14th and 15th member; the second one, the name, may hold anything in its brackets.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let mut members = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || members.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / TICKS_PER_SECOND)
}

/// A line such as `VmRSS:     1234 kB`.
fn bytes(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_found_behind_a_name_with_brackets() {
        assert_eq!(cpu_seconds("7 (a) b) S 1 7 7 0 -1 4194304 90 0 0 0 150 50 0 0 20"), Some(2.0));
        assert_eq!(cpu_seconds("7 (a) S 1"), None);
    }

    #[test]
    fn memory_is_told_in_bytes() {
        assert_eq!(bytes("Name:\tartel\nVmRSS:\t    12 kB\n", "VmRSS:"), Some(12_288.0));
        assert_eq!(bytes("Name:\tartel\n", "VmRSS:"), None);
    }
}
