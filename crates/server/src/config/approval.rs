//! `HITL_*` and `APPROVAL_TIMEOUT`: which calls a human decides about unless a tenant says otherwise, and how long.

use std::time::Duration;

use artel_domain::ApprovalRule;
use artel_engine::dangerous_tools;

use super::settings::{Invalid, Settings, invalid};

/// The names of the seed's environment.
const DANGEROUS: &str = "write_file,delete_file,run_command";
const YEAR_SECONDS: u64 = 86_400 * 365;

pub(super) fn rules(s: &mut Settings) -> Result<Vec<ApprovalRule>, Invalid> {
    let enabled = s.flag("HITL_ENABLED", true)?;
    let names = s.text("HITL_DANGEROUS_TOOLS", DANGEROUS, "names of tools, separated by commas", DANGEROUS)?;
    let names: Vec<String> =
        names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    Ok(if enabled { dangerous_tools(&names) } else { Vec::new() })
}

/// Absent is no end.
pub(super) fn timeout(s: &mut Settings) -> Result<Option<Duration>, Invalid> {
    let Some(text) = s.given("APPROVAL_TIMEOUT") else { return Ok(None) };
    let seconds = text.parse().ok().filter(|seconds| (1..=YEAR_SECONDS).contains(seconds));
    let wrong =
        || invalid("APPROVAL_TIMEOUT", format!("'{text}' is not a number of seconds from 1 to {YEAR_SECONDS}"), "300");
    seconds.map(|seconds| Some(Duration::from_secs(seconds))).ok_or_else(wrong)
}
