//! How many files and sockets this process may have open, and how many of them are for connections.

use artel_http::ConnectionLimits;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::config::Config;

/// More than any machine of ours can use; some systems allow "without limit".
const ENOUGH: u64 = 1 << 20;

/// Raises the soft limit of open files to the hard one, and divides what there is. Many systems start a process with a
/// soft limit of 1,024, which a few hundred idle clients use up.
pub(crate) fn divide(config: &Config) -> ConnectionLimits {
    let files = raise();
    let mut limits = ConnectionLimits::for_open_files(files);
    if let Some(most) = config.max_connections {
        limits = ConnectionLimits { in_all: most, per_address: most, ..limits };
    }
    limits.per_address = config.max_connections_per_address.unwrap_or(limits.per_address);
    tracing::info!(
        files,
        connections = limits.in_all,
        per_address = limits.per_address,
        "limits of open files and connections"
    );
    limits
}

/// The soft limit that is in force afterwards.
fn raise() -> u64 {
    let now = getrlimit(Resource::Nofile);
    let soft = now.current.unwrap_or(ENOUGH);
    let wanted = now.maximum.unwrap_or(ENOUGH).min(ENOUGH);
    if soft >= wanted {
        return soft;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: now.maximum }) {
        Ok(()) => wanted,
        Err(error) => {
            tracing::warn!(%error, soft, "the limit of open files cannot be raised; set LimitNOFILE or ulimit -n");
            soft
        }
    }
}
