//! Which documents a session works with.

use artel_domain::{Document, DocumentId, SessionId, Timestamp};
use artel_store::documents::MOST_ATTACHED;
use artel_store::{AttachOutcome, Viewer};
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::begun::begin;
use crate::rows::documents;
use crate::values::{micros, text};

pub(crate) async fn attach(
    pool: &PgPool,
    viewer: &Viewer,
    session: &SessionId,
    wanted: &[DocumentId],
    at: Timestamp,
) -> sqlx::Result<AttachOutcome> {
    let session = text(&session.0);
    let mut tx = begin(pool).await?;
    let queue = format!("attachments/{}/{session}", viewer.tenant_id);
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", queue).execute(&mut *tx).await?;
    let readable = readable(&mut *tx, viewer, wanted).await?;
    let mut attached = Vec::new();
    for id in wanted {
        let Some(document) = readable.iter().find(|document| document.id == *id) else {
            return Ok(AttachOutcome::Missing(*id));
        };
        attached.push(document.clone());
    }
    let ids: Vec<Uuid> = wanted.iter().map(|id| id.0).collect();
    let others = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM document_attachments WHERE tenant_id = $1 AND session_id = $2 AND document_id <> ALL ($3)"#,
        viewer.tenant_id.0,
        session,
        &ids
    );
    if others.fetch_one(&mut *tx).await? + wanted.len() as i64 > i64::from(MOST_ATTACHED) {
        return Ok(AttachOutcome::Full);
    }
    sqlx::query!(
        "INSERT INTO document_attachments (tenant_id, session_id, document_id, attached_at)
         SELECT $1, $2, w.id, $4::bigint + w.place FROM unnest($3::uuid[]) WITH ORDINALITY AS w (id, place) ON CONFLICT DO NOTHING",
        viewer.tenant_id.0,
        session,
        &ids,
        micros(at)
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(AttachOutcome::Done(attached))
}

async fn readable(db: impl PgExecutor<'_>, viewer: &Viewer, wanted: &[DocumentId]) -> sqlx::Result<Vec<Document>> {
    let user = viewer.reads_only().map(|user| user.0);
    let ids: Vec<Uuid> = wanted.iter().map(|id| id.0).collect();
    let found = documents!(
        "SELECT",
        "FROM documents WHERE tenant_id = $1 AND id = ANY ($2) AND state <> 'deleted'
             AND ($3::uuid IS NULL OR owner_id = $3 OR readers IS NULL OR $3 = ANY (readers))",
        viewer.tenant_id.0,
        &ids,
        user
    );
    found.fetch_all(db).await?.into_iter().map(Document::try_from).collect()
}

pub(crate) async fn attached(pool: &PgPool, viewer: &Viewer, sessions: &[SessionId]) -> sqlx::Result<Vec<Document>> {
    let sessions: Vec<String> = sessions.iter().map(|session| text(&session.0)).collect();
    let ids = sqlx::query_scalar!(
        "SELECT document_id FROM document_attachments WHERE tenant_id = $1 AND session_id = ANY ($2)
         GROUP BY document_id ORDER BY min(attached_at), document_id",
        viewer.tenant_id.0,
        &sessions
    );
    let ids: Vec<DocumentId> = ids.fetch_all(pool).await?.into_iter().map(DocumentId).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = readable(pool, viewer, &ids).await?;
    found.sort_by_key(|document| ids.iter().position(|id| *id == document.id));
    Ok(found)
}
