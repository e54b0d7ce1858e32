//! Why the last answer of a run ended: its output may be cut short.

use artel_domain::{Entry, Event, Run, RunId, RunStatus};
use artel_http::Problem;

use crate::App;

/// Entries of the session that are read at once.
const PAGE: u32 = 200;

/// The word of the run's last model answer (`stop`, `length`, …); `None` for a run that has not succeeded.
///
/// # Errors
/// Fails when the store does.
pub(super) async fn finish_reason(app: &App, run: &Run) -> Result<Option<String>, Problem> {
    if run.phase.status() != RunStatus::Succeeded {
        return Ok(None);
    }
    let mut before = 0;
    loop {
        let entries = app.store.session_entries(run.tenant_id, &run.session_id, before, PAGE).await?;
        if let Some(word) = last_answer(&entries, run.id) {
            return Ok(Some(word));
        }
        match entries.first() {
            Some(first) if entries.len() == PAGE as usize => before = first.seq,
            _ => return Ok(None),
        }
    }
}

fn last_answer(entries: &[Entry], run: RunId) -> Option<String> {
    entries.iter().rev().filter(|entry| entry.run_id == run).find_map(|entry| match &entry.event {
        Event::ModelAnswered { finish, .. } => Some(finish.word().to_owned()),
        _ => None,
    })
}
