use artel_domain::{ArtifactId, Document, DocumentId, DocumentPassage, DocumentState, Readers, TenantId, UserId};
use uuid::Uuid;

use crate::error::unreadable;
use crate::values::{number, time};

#[derive(Debug)]
pub(crate) struct DocumentRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) owner_id: Uuid,
    pub(crate) artifact_id: Uuid,
    pub(crate) title: String,
    pub(crate) kind: Option<String>,
    pub(crate) bytes: i64,
    pub(crate) sha256: String,
    pub(crate) pages: Option<i64>,
    pub(crate) language: Option<String>,
    pub(crate) outline: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) readers: Option<Vec<Uuid>>,
    pub(crate) state: String,
    pub(crate) reason: Option<String>,
    pub(crate) progress: i64,
    pub(crate) uploaded_at: i64,
}

impl TryFrom<DocumentRow> for Document {
    type Error = sqlx::Error;

    fn try_from(row: DocumentRow) -> sqlx::Result<Self> {
        let users = |users: Vec<Uuid>| Readers::Users(users.into_iter().map(UserId).collect());
        Ok(Self {
            id: DocumentId(row.id),
            tenant_id: TenantId(row.tenant_id),
            owner_id: UserId(row.owner_id),
            artifact_id: ArtifactId(row.artifact_id),
            title: row.title,
            kind: row.kind,
            bytes: number(row.bytes)?,
            sha256: row.sha256,
            pages: row.pages.map(number).transpose()?,
            language: row.language,
            outline: row.outline,
            state: state(&row.state, row.reason, row.progress)?,
            tags: row.tags,
            readers: row.readers.map_or(Readers::All, users),
            uploaded_at: time(row.uploaded_at),
        })
    }
}

fn state(word: &str, reason: Option<String>, progress: i64) -> sqlx::Result<DocumentState> {
    Ok(match word {
        "processing" => DocumentState::Processing { progress: number(progress)? },
        // One that is deleted is read by what deletes it, and told to nobody.
        "ready" | "deleted" => DocumentState::Ready,
        "failed" => DocumentState::Failed { reason: reason.unwrap_or_default() },
        _ => return Err(unreadable(format!("'{word}' is not a word of this column"))),
    })
}

/// Before and after (each SQL text) a document's columns.
macro_rules! documents {
    ($before:literal, $after:literal $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::DocumentRow,
            $before + r#" id, tenant_id, owner_id, artifact_id, title, type AS kind, bytes, sha256, pages, language, outline, tags, readers,
                state, reason, progress, uploaded_at "# + $after
            $(, $arg)*
        )
    };
}

pub(crate) use documents;

#[derive(Debug)]
pub(crate) struct PassageRow {
    pub(crate) ordinal: i64,
    pub(crate) page: Option<i64>,
    pub(crate) heading: Option<String>,
    pub(crate) text: String,
}

impl TryFrom<PassageRow> for DocumentPassage {
    type Error = sqlx::Error;

    fn try_from(row: PassageRow) -> sqlx::Result<Self> {
        Ok(Self {
            ordinal: number(row.ordinal)?,
            page: row.page.map(number).transpose()?,
            heading: row.heading,
            text: row.text,
        })
    }
}
