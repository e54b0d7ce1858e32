//! Which documents a session works with.

use artel_domain::{Document, DocumentId, SessionId, Timestamp};
use artel_store::documents::MOST_ATTACHED;
use artel_store::{AttachOutcome, Viewer};
use sqlx::{SqliteExecutor, SqlitePool};

use crate::error::Outcome;
use crate::rows::{all, documents};
use crate::values::{hex_list, micros};
use crate::writer::Tx;

pub(crate) async fn attach(
    tx: &mut Tx,
    viewer: &Viewer,
    session: &SessionId,
    wanted: &[DocumentId],
    at: Timestamp,
) -> Outcome<AttachOutcome> {
    let readable = readable(&mut tx.conn, viewer, wanted).await?;
    let mut attached = Vec::new();
    for id in wanted {
        let Some(document) = readable.iter().find(|document| document.id == *id) else {
            return Ok(AttachOutcome::Missing(*id));
        };
        attached.push(document.clone());
    }
    let at = micros(at);
    let ids = hex_list(wanted.iter().map(|id| id.0))?;
    let others = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM document_attachments WHERE tenant_id = ?1 AND session_id = ?2
               AND document_id NOT IN (SELECT unhex(value) FROM json_each(?3))"#,
        viewer.tenant_id.0,
        session.0,
        ids
    );
    if others.fetch_one(&mut tx.conn).await? + wanted.len() as i64 > i64::from(MOST_ATTACHED) {
        return Ok(AttachOutcome::Full);
    }
    sqlx::query!(
        "INSERT INTO document_attachments (tenant_id, session_id, document_id, attached_at)
         SELECT ?1, ?2, unhex(value), ?4 + key FROM json_each(?3) WHERE true ON CONFLICT DO NOTHING",
        viewer.tenant_id.0,
        session.0,
        ids,
        at
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(AttachOutcome::Done(attached))
}

async fn readable(db: impl SqliteExecutor<'_>, viewer: &Viewer, wanted: &[DocumentId]) -> Outcome<Vec<Document>> {
    let (user, ids) = (viewer.reads_only().map(|user| user.0), hex_list(wanted.iter().map(|id| id.0))?);
    let found = documents!(
        "SELECT",
        "FROM documents WHERE tenant_id = ?1 AND id IN (SELECT unhex(value) FROM json_each(?2)) AND state <> 'deleted'
             AND (?3 IS NULL OR owner_id = ?3 OR readers IS NULL
                 OR EXISTS (SELECT 1 FROM json_each(documents.readers) WHERE unhex(value) = ?3))",
        viewer.tenant_id.0,
        ids,
        user
    );
    all(found.fetch_all(db).await?)
}

pub(crate) async fn attached(reads: &SqlitePool, viewer: &Viewer, sessions: &[SessionId]) -> Outcome<Vec<Document>> {
    let sessions = serde_json::to_string(&sessions.iter().map(|session| &session.0).collect::<Vec<_>>())?;
    let ids = sqlx::query_scalar!(
        r#"SELECT document_id AS "id!: uuid::Uuid" FROM document_attachments
           WHERE tenant_id = ?1 AND session_id IN (SELECT value FROM json_each(?2)) GROUP BY document_id ORDER BY min(attached_at), document_id"#,
        viewer.tenant_id.0,
        sessions
    );
    let ids: Vec<DocumentId> = ids.fetch_all(reads).await?.into_iter().map(DocumentId).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = readable(reads, viewer, &ids).await?;
    found.sort_by_key(|document| ids.iter().position(|id| *id == document.id));
    Ok(found)
}
