use artel_domain::{ArtifactId, Document, DocumentId, DocumentPassage, DocumentState, Readers, TenantId, UserId};
use uuid::Uuid;

use crate::error::{Failure, Outcome, Unreadable};
use crate::values::{json, number, time};

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
    pub(crate) outline: String,
    pub(crate) tags: String,
    pub(crate) readers: Option<String>,
    pub(crate) state: String,
    pub(crate) reason: Option<String>,
    pub(crate) progress: i64,
    pub(crate) uploaded_at: i64,
}

impl TryFrom<DocumentRow> for Document {
    type Error = Failure;

    fn try_from(row: DocumentRow) -> Outcome<Self> {
        Ok(Self {
            id: DocumentId(row.id),
            tenant_id: TenantId(row.tenant_id),
            owner_id: UserId(row.owner_id),
            artifact_id: ArtifactId(row.artifact_id),
            title: row.title,
            kind: row.kind,
            bytes: number("bytes", row.bytes)?,
            sha256: row.sha256,
            pages: row.pages.map(|pages| number("pages", pages)).transpose()?,
            language: row.language,
            outline: json("outline", &row.outline)?,
            state: state(&row.state, row.reason, row.progress)?,
            tags: json("tags", &row.tags)?,
            readers: readers(row.readers.as_deref())?,
            uploaded_at: time(row.uploaded_at),
        })
    }
}

fn state(word: &str, reason: Option<String>, progress: i64) -> Outcome<DocumentState> {
    Ok(match word {
        "processing" => DocumentState::Processing { progress: number("progress", progress)? },
        // One that is deleted is read by what deletes it, and told to nobody.
        "ready" | "deleted" => DocumentState::Ready,
        "failed" => DocumentState::Failed { reason: reason.unwrap_or_default() },
        _ => return Err(Unreadable::Word { column: "state", text: word.to_owned() }.into()),
    })
}

fn readers(column: Option<&str>) -> Outcome<Readers> {
    let Some(column) = column else { return Ok(Readers::All) };
    let users: Vec<Uuid> = json("readers", column)?;
    Ok(Readers::Users(users.into_iter().map(UserId).collect()))
}

/// Before, after (each SQL text) and arguments of a query whose rows are documents.
macro_rules! documents {
    ($before:tt, $after:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::DocumentRow,
            $before + r#" id AS "id!: uuid::Uuid", tenant_id AS "tenant_id!: uuid::Uuid", owner_id AS "owner_id!: uuid::Uuid",
                artifact_id AS "artifact_id!: uuid::Uuid", title AS "title!: String", type AS "kind?: String", bytes AS "bytes!: i64",
                sha256 AS "sha256!: String", pages AS "pages?: i64", language AS "language?: String", outline AS "outline!: String",
                tags AS "tags!: String", readers AS "readers?: String", state AS "state!: String", reason AS "reason?: String",
                progress AS "progress!: i64", uploaded_at AS "uploaded_at!: i64" "# + $after
            $(, $arg)*
        )
    };
}
pub(crate) use documents;

pub(crate) struct PassageRow {
    pub(crate) ordinal: i64,
    pub(crate) page: Option<i64>,
    pub(crate) heading: Option<String>,
    pub(crate) text: String,
}

impl TryFrom<PassageRow> for DocumentPassage {
    type Error = Failure;

    fn try_from(row: PassageRow) -> Outcome<Self> {
        Ok(Self {
            ordinal: number("ordinal", row.ordinal)?,
            page: row.page.map(|page| number("page", page)).transpose()?,
            heading: row.heading,
            text: row.text,
        })
    }
}
