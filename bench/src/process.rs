//! What the kernel knows about a program and its child processes: CPU time and memory.

use std::collections::HashMap;

use anyhow::Result;
use procfs::process::{Process, Stat, all_processes};

/// A process and its descendants.
#[derive(Debug, Clone)]
pub(crate) struct Watched {
    pub(crate) name: &'static str,
    pub(crate) pid: i32,
}

impl Watched {
    /// This program: the load generator and the model server.
    pub(crate) fn myself() -> Self {
        Self { name: "load_generator_and_model", pid: std::process::id().cast_signed() }
    }

    /// The CPU time so far, including that of ended children.
    pub(crate) fn cpu_seconds(&self) -> Result<f64> {
        let ticks: i64 =
            self.tree()?.iter().map(|stat| (stat.utime + stat.stime).cast_signed() + stat.cutime + stat.cstime).sum();
        Ok(ticks as f64 / procfs::ticks_per_second() as f64)
    }

    /// Resident memory in bytes. Pages that several processes share count once for each.
    pub(crate) fn resident_bytes(&self) -> Result<f64> {
        let pages: u64 = self.tree()?.iter().map(|stat| stat.rss).sum();
        Ok((pages * procfs::page_size()) as f64)
    }

    fn tree(&self) -> Result<Vec<Stat>> {
        let mut below: HashMap<i32, Vec<Stat>> = HashMap::new();
        // Processes that end while the list is read are left out.
        for stat in all_processes()?.filter_map(|process| process.and_then(|process| process.stat()).ok()) {
            below.entry(stat.ppid).or_default().push(stat);
        }
        let mut tree = vec![Process::new(self.pid)?.stat()?];
        let mut next = 0;
        while next < tree.len() {
            tree.extend(below.remove(&tree[next].pid).unwrap_or_default());
            next += 1;
        }
        Ok(tree)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_ended_children_is_counted() {
        let before = Watched::myself().cpu_seconds().unwrap();
        let burn = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
        assert!(std::process::Command::new("sh").args(["-c", burn]).status().unwrap().success());
        assert!(Watched::myself().cpu_seconds().unwrap() > before);
    }

    #[test]
    fn memory_in_use_is_seen() {
        let before = Watched::myself().resident_bytes().unwrap();
        let held = vec![1_u8; 64 << 20];
        let after = Watched::myself().resident_bytes().unwrap();
        assert!(after - before > 60e6, "{} bytes held, {} seen", held.len(), after - before);
    }
}
