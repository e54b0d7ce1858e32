use artel_domain::{Fault, MemoryPath, Refusal, RefusalKind, Requester, Subject};
use artel_identity::Scope;
use artel_store::memory::MOST_MEMORY_FILES;
use artel_store::{MemoryChange, MemoryOutcome, MemoryWhat, Viewer};
use serde_json::json;
use uuid::Uuid;

use super::head;
use crate::text::without_nul;
use crate::{Intents, scopes};

/// The most bytes of one file.
const LARGEST: usize = 64 * 1024;
/// Versions that are named to somebody who asked for one that is not there.
const MOST_NAMED: usize = 20;

/// Something that is to become of a file of the requester's own memory.
#[derive(Debug, Clone)]
pub struct ChangeMemory {
    pub path: MemoryPath,
    /// The version that the file must have; 0: there must be no file.
    pub expected: Option<i64>,
    /// The call or request that asks: made again, it gets the same answer and changes nothing more.
    pub request: Uuid,
    pub deed: MemoryDeed,
}

/// What becomes of it.
#[derive(Debug, Clone)]
pub enum MemoryDeed {
    /// It has this text.
    Write(String),
    Delete,
    /// It has that path.
    Move(MemoryPath),
    /// It has the text of that version again.
    Restore(i64),
}

/// Where the file is now, and which version it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedMemory {
    pub path: MemoryPath,
    pub version: i64,
    /// There was no file at the path before.
    pub is_new: bool,
}

impl Intents {
    /// Changes a file of the requester's own memory.
    ///
    /// # Errors
    /// `Forbidden`: the scope `runs:write` is missing. `Invalid`: the text has no head with title and source.
    /// `TooLarge`: the text. `Absent`: the file, or the version of it. `Conflict` with the code `version_conflict` and
    /// the `present_version`: the file has another version; with `path_taken`: a file is where this one should go; with
    /// `memory_full`: there are too many files.
    pub async fn change_memory(&self, requester: &Requester, wanted: ChangeMemory) -> Result<ChangedMemory, Refusal> {
        scopes::check(requester, Scope::RunsWrite)?;
        let at = self.clock.now();
        let (action, what) = what_of(wanted.deed)?;
        let mut audit = requester.audit(action, "memory", requester.user_id(), at);
        audit.details = Some(json!({ "path": wanted.path.as_str() }));
        let (path, expected, request) = (wanted.path.clone(), wanted.expected, wanted.request);
        let change = MemoryChange { owner: requester.user_id(), path, expected, request, what: what.clone() };
        match self.store.change_memory(&Viewer::from(requester), change, audit).await? {
            MemoryOutcome::Done { path, version, is_new } => Ok(ChangedMemory { path, version, is_new }),
            MemoryOutcome::Missing => Err(self.missing(requester, &wanted.path, &what).await?),
            MemoryOutcome::Conflict { present } => Err(overtaken(&wanted.path, expected, present)),
            MemoryOutcome::Taken => Err(taken(&what)),
            MemoryOutcome::Full => Err(full()),
        }
    }
}

impl Intents {
    /// There is no such file; or there is, and not the version that it was to have again.
    async fn missing(&self, requester: &Requester, path: &MemoryPath, what: &MemoryWhat) -> Result<Refusal, Refusal> {
        let MemoryWhat::Restore(version) = what else { return Ok(Refusal::absent(Subject::Memory)) };
        let viewer = Viewer::from(requester);
        let kept = self.store.list_memory_versions(&viewer, requester.user_id(), path).await?;
        let kept: Vec<i64> = kept.into_iter().map(|kept| kept.version).take(MOST_NAMED).collect();
        Ok(if kept.is_empty() { Refusal::absent(Subject::Memory) } else { no_version(path, *version, &kept) })
    }
}

/// `kept` are the newest versions that there are.
fn no_version(path: &MemoryPath, version: i64, kept: &[i64]) -> Refusal {
    let names: Vec<String> = kept.iter().map(ToString::to_string).collect();
    let message = format!("{path} has no version {version}. It has these, newest first: {}.", names.join(", "));
    Refusal::new(RefusalKind::Absent, Subject::Memory, "not_found", message).with_details(json!({ "versions": kept }))
}

fn what_of(deed: MemoryDeed) -> Result<(&'static str, MemoryWhat), Refusal> {
    Ok(match deed {
        MemoryDeed::Write(content) => ("memory.write", written(content)?),
        MemoryDeed::Delete => ("memory.delete", MemoryWhat::Delete),
        MemoryDeed::Move(to) => ("memory.move", MemoryWhat::Move(to)),
        MemoryDeed::Restore(version) => ("memory.restore", MemoryWhat::Restore(version)),
    })
}

fn written(content: String) -> Result<MemoryWhat, Refusal> {
    let content = without_nul(content);
    if content.len() > LARGEST {
        let message = format!("The file would have {} bytes; a file of memory has at most {LARGEST}.", content.len());
        return Err(Refusal::new(RefusalKind::TooLarge, Subject::Memory, "file_too_large", message));
    }
    let head = head::read(&content)
        .map_err(|message| Refusal::faulty(Subject::Memory, vec![Fault { field: "content".to_owned(), message }]))?;
    Ok(MemoryWhat::Write { title: head.title, source: head.source, content })
}

fn overtaken(path: &MemoryPath, expected: Option<i64>, present: Option<i64>) -> Refusal {
    let message = match (present, expected.unwrap_or(0)) {
        (None, expected) => format!("There is no file {path} now, so it has not version {expected}."),
        (Some(present), 0) => format!("There is a file {path} already, of version {present}."),
        (Some(present), expected) => format!("{path} has version {present} now, not {expected}."),
    };
    let details = json!({ "present_version": present });
    Refusal::conflict(Subject::Memory, "version_conflict", message).with_details(details)
}

fn taken(what: &MemoryWhat) -> Refusal {
    let to = if let MemoryWhat::Move(to) = what { to.as_str() } else { "" };
    Refusal::conflict(Subject::Memory, "path_taken", format!("There is a file {to} already."))
}

fn full() -> Refusal {
    let message = format!("The memory has {MOST_MEMORY_FILES} files, and no memory has more.");
    Refusal::conflict(Subject::Memory, "memory_full", message)
}
