//! Why the last answer of a run ended: its output may be cut short.

use std::collections::{BTreeMap, HashMap, HashSet};

use artel_domain::{Event, Run, RunId, RunStatus, SessionId};
use artel_http::Problem;
use artel_store::Viewer;

use crate::App;

/// Entries of a session that are read at once.
const PAGE: u32 = 200;

/// The words of the runs' last model answers (`stop`, `length`, …). A run that has not succeeded has none.
///
/// # Errors
/// Fails when the store does.
pub(super) async fn finish_reasons(
    app: &App,
    viewer: &Viewer,
    runs: &[Run],
) -> Result<HashMap<RunId, String>, Problem> {
    let mut sessions: BTreeMap<&SessionId, HashSet<RunId>> = BTreeMap::new();
    for run in runs.iter().filter(|run| run.phase.status() == RunStatus::Succeeded) {
        sessions.entry(&run.session_id).or_default().insert(run.id);
    }
    let mut words = HashMap::new();
    for (session, wanted) in sessions {
        of_session(app, viewer, session, wanted, &mut words).await?;
    }
    Ok(words)
}

/// Reads a session backwards until each of these runs has its word.
async fn of_session(
    app: &App,
    viewer: &Viewer,
    session: &SessionId,
    mut wanted: HashSet<RunId>,
    words: &mut HashMap<RunId, String>,
) -> Result<(), Problem> {
    let mut before = 0;
    while !wanted.is_empty() {
        let entries = app.store.session_entries(viewer, session, before, PAGE).await?;
        for entry in entries.iter().rev() {
            if let Event::ModelAnswered { finish, .. } = &entry.event
                && wanted.remove(&entry.run_id)
            {
                words.insert(entry.run_id, finish.word().to_owned());
            }
        }
        match entries.first() {
            Some(first) if entries.len() == PAGE as usize => before = first.seq,
            _ => break,
        }
    }
    Ok(())
}
