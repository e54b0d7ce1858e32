use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use artel_artifacts::{ArtifactError, ArtifactFiles};
use artel_domain::{Document, DocumentPassage};
use artel_store::{FileStore, ReadingClaim, ReadingEnd, Readings, StoreError, Viewer};
use futures::TryStreamExt as _;
use tokio::io::{AsyncSeekExt as _, AsyncWriteExt as _};
use tokio::task::JoinSet;

use crate::program::{BrokenOff, Program};
use crate::report::{Piece, Report};

/// Attempts that may be broken off, by the death of this process or of the one that reads, before a document has
/// failed.
pub const MOST_ATTEMPTS: i64 = 5;
/// Passages of one transaction: few enough that no other write waits for long.
const AT_A_TIME: usize = 100;
/// While documents are being read, what is new is looked for this often.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Progress, in thousandths: the file is being read; its passages are being stored.
const READING: u16 = 50;
const STORING: u16 = 500;
const SWEPT_AT_A_TIME: u32 = 500;
const SWEEPS: usize = 100;

/// What documents are read with.
#[derive(Clone)]
pub struct ReaderDeps {
    pub store: Arc<dyn Readings>,
    /// The rows of the files.
    pub rows: Arc<dyn FileStore>,
    /// Their bytes.
    pub files: ArtifactFiles,
    pub program: Program,
    /// Documents that are read at the same time.
    pub places: usize,
    /// How long a document stays with a process that does not renew its lease.
    pub lease: Duration,
}

/// Why reading was broken off. Documents under way are read later.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Bytes(#[from] ArtifactError),
    #[error("neither a temporary file nor a process for a document can be made here: {0}")]
    Machine(#[from] std::io::Error),
}

/// Reads what waits.
#[derive(Clone)]
pub struct DocumentReader(ReaderDeps);

/// What becomes of a claim.
enum Verdict {
    End(ReadingEnd, Vec<Piece>),
    /// Another attempt follows.
    Again,
}

impl DocumentReader {
    pub fn new(deps: ReaderDeps) -> Self {
        Self(deps)
    }

    /// Reads documents until none waits, then removes what is left of deleted ones. May be broken off at any time and
    /// done again. How many were read.
    ///
    /// # Errors
    /// When store or storage cannot be used. Documents under way are read to their end first.
    pub async fn read(&self) -> Result<u64, ReadError> {
        let (mut under_way, mut read) = (JoinSet::new(), 0);
        let filled = self.fill(&mut under_way, &mut read).await;
        let mut failed = filled.err();
        while let Some(ended) = under_way.join_next().await {
            read += 1;
            failed = failed.or(ended.ok().and_then(Result::err));
        }
        if let Some(error) = failed {
            return Err(error);
        }
        for _ in 0..SWEEPS {
            if self.0.store.sweep_documents(SWEPT_AT_A_TIME).await? == 0 {
                break;
            }
        }
        Ok(read)
    }

    async fn fill(&self, under_way: &mut JoinSet<Result<(), ReadError>>, read: &mut u64) -> Result<(), ReadError> {
        loop {
            while under_way.len() < self.0.places {
                let Some(claim) = self.0.store.claim_document(self.0.lease).await? else { break };
                let reader = self.clone();
                under_way.spawn(async move { reader.hold(&claim).await });
            }
            if under_way.is_empty() {
                return Ok(());
            }
            tokio::select! {
                Some(ended) = under_way.join_next() => {
                    *read += 1;
                    // A panic of the task leaves the document to the next claim.
                    ended.unwrap_or(Ok(()))?;
                }
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Reads one document while its lease is renewed. One that could not be read for want of store or storage is given
    /// back, and the attempt counts as none.
    async fn hold(&self, claim: &ReadingClaim) -> Result<(), ReadError> {
        let document = claim.document.id;
        let done = tokio::select! {
            done = self.attempt(claim) => done,
            () = self.lost(claim) => {
                tracing::warn!(%document, "the lease of a document was lost; it is read by another process");
                return Ok(());
            }
        };
        if done.is_err() {
            self.0.store.give_back_document(claim, false).await?;
        }
        done
    }

    /// Renews the lease until it is lost. A store that cannot be asked may still have it.
    async fn lost(&self, claim: &ReadingClaim) {
        loop {
            tokio::time::sleep(self.0.lease / 3).await;
            match self.0.store.renew_document(claim, self.0.lease).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::warn!(%error, "the lease of a document was not renewed"),
            }
        }
    }

    async fn attempt(&self, claim: &ReadingClaim) -> Result<(), ReadError> {
        match self.judge(claim).await? {
            Verdict::Again => {
                self.0.store.give_back_document(claim, true).await?;
            }
            Verdict::End(end, pieces) => {
                if let ReadingEnd::Failed { reason, .. } = &end {
                    tracing::info!(document = %claim.document.id, reason, "a document cannot be read");
                }
                if self.put(claim, pieces).await? {
                    self.0.store.finish_document(claim, end).await?;
                }
            }
        }
        Ok(())
    }

    async fn judge(&self, claim: &ReadingClaim) -> Result<Verdict, ReadError> {
        if claim.attempts > MOST_ATTEMPTS {
            return Ok(failed(broken_off()));
        }
        self.0.store.add_passages(claim, Vec::new(), READING).await?;
        let Some(file) = self.file(&claim.document).await? else {
            return Ok(failed("the bytes of the file are gone; upload it again".to_owned()));
        };
        match self.0.program.read(file).await {
            Ok(Report::Read { kind, pages, language, outline, passages }) => {
                Ok(Verdict::End(ReadingEnd::Ready { kind, pages, language, outline }, passages))
            }
            Ok(Report::Refused { reason }) => Ok(failed(reason)),
            Err(BrokenOff::NotStarted(error)) => Err(error.into()),
            Err(error) => {
                tracing::warn!(document = %claim.document.id, attempt = claim.attempts, %error, "a document was not read");
                Ok(if claim.attempts >= MOST_ATTEMPTS { failed(broken_off()) } else { Verdict::Again })
            }
        }
    }

    /// The bytes in a file without a name; `None` when they are gone.
    async fn file(&self, document: &Document) -> Result<Option<File>, ReadError> {
        let viewer = Viewer::service(document.tenant_id);
        let Some(artifact) = self.0.rows.find_artifact(&viewer, document.artifact_id).await? else { return Ok(None) };
        let mut bytes = match self.0.files.read(&artifact, None).await {
            Err(ArtifactError::Lost) => return Ok(None),
            read => read?,
        };
        let mut file = tokio::fs::File::from_std(tempfile::tempfile()?);
        while let Some(piece) = bytes.try_next().await? {
            file.write_all(&piece).await?;
        }
        file.flush().await?;
        file.rewind().await?;
        Ok(Some(file.into_std().await))
    }

    /// Puts these passages in place of whatever an earlier attempt left. False when the claim is void.
    async fn put(&self, claim: &ReadingClaim, pieces: Vec<Piece>) -> Result<bool, ReadError> {
        loop {
            match self.0.store.clear_passages(claim, SWEPT_AT_A_TIME).await? {
                None => return Ok(false),
                Some(0) => break,
                Some(_) => {}
            }
        }
        let (all, mut stored) = (pieces.len(), 0);
        let mut pieces = pieces.into_iter().map(DocumentPassage::from);
        while stored < all {
            let portion: Vec<DocumentPassage> = pieces.by_ref().take(AT_A_TIME).collect();
            stored += portion.len();
            let progress = STORING + (usize::from(1000 - STORING) * stored / all) as u16;
            if !self.0.store.add_passages(claim, portion, progress).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn failed(reason: String) -> Verdict {
    Verdict::End(ReadingEnd::Failed { kind: None, reason }, Vec::new())
}

fn broken_off() -> String {
    format!(
        "reading the file broke off {MOST_ATTEMPTS} times; save it again with the program that made it, or upload it in \
         smaller parts"
    )
}
