//! Documents: files whose text is found and cited. Their passages are in `passages`, their reading in `readings`.

use artel_domain::{AuditEntry, Document, DocumentId, Readers, TenantId, UserId};
use artel_store::{DocumentChange, DocumentFilter, DocumentPatch, DocumentStart, NewDocument, Page, Viewer};
use artel_words::{Shelf, fts5};
use sqlx::{SqliteExecutor, SqlitePool};
use uuid::Uuid;

use crate::error::Outcome;
use crate::rows::{all, documents, one};
use crate::values::{hex_list, micros};
use crate::writer::Tx;

/// Where the documents of a tenant are found.
pub(crate) fn shelf(tenant: TenantId) -> Shelf {
    Shelf::of_tenant("document", tenant.0)
}

pub(crate) async fn create(tx: &mut Tx, new: &NewDocument, audit: &AuditEntry) -> Outcome<DocumentStart> {
    if let Some(there) = find_in(&mut tx.conn, &Viewer::service(new.tenant_id), new.id).await? {
        let is_same = there.sha256 == new.sha256 && there.owner_id == new.owner_id;
        condemn(tx, new.tenant_id, new.artifact_id.0, micros(new.at)).await?;
        return Ok(if is_same { DocumentStart::Same(Box::new(there)) } else { DocumentStart::Taken });
    }
    let id = (new.tenant_id.0, new.id.0);
    let deleted =
        sqlx::query_scalar!(r#"SELECT 1 AS "n!: i64" FROM documents WHERE tenant_id = ?1 AND id = ?2"#, id.0, id.1);
    if deleted.fetch_optional(&mut tx.conn).await?.is_some() {
        condemn(tx, new.tenant_id, new.artifact_id.0, micros(new.at)).await?;
        return Ok(DocumentStart::Taken);
    }
    if let Some(there) = same(tx, new).await? {
        condemn(tx, new.tenant_id, new.artifact_id.0, micros(new.at)).await?;
        return Ok(DocumentStart::Same(Box::new(there)));
    }
    let (tags, readers, bytes) = (serde_json::to_string(&new.tags)?, readers(&new.readers)?, new.bytes.cast_signed());
    let at = micros(new.at);
    let made = sqlx::query_scalar!(
        r#"INSERT INTO documents (tenant_id, id, owner_id, artifact_id, title, bytes, sha256, outline, tags, readers, state, progress,
               epoch, attempts, uploaded_at)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, '[]', ?8, ?9, 'processing', 0, 0, 0, ?10) RETURNING seq AS "seq!: i64""#,
        new.tenant_id.0,
        new.id.0,
        new.owner_id.0,
        new.artifact_id.0,
        new.title,
        bytes,
        new.sha256,
        tags,
        readers,
        at
    );
    let seq = made.fetch_one(&mut tx.conn).await?;
    index_title(tx, new.tenant_id, seq, &new.title).await?;
    tx.audit(new.tenant_id, audit);
    let made = find_in(&mut tx.conn, &Viewer::service(new.tenant_id), new.id).await?;
    Ok(made.map_or(DocumentStart::Taken, |made| DocumentStart::New(Box::new(made))))
}

/// A document of the same bytes that the owner of the new one reads; one that had failed waits again.
async fn same(tx: &mut Tx, new: &NewDocument) -> Outcome<Option<Document>> {
    let found = documents!(
        "SELECT",
        "FROM documents WHERE tenant_id = ?1 AND sha256 = ?2 AND state <> 'deleted'
             AND (owner_id = ?3 OR readers IS NULL OR EXISTS (SELECT 1 FROM json_each(documents.readers) WHERE unhex(value) = ?3))
         ORDER BY state = 'failed', seq LIMIT 1",
        new.tenant_id.0,
        new.sha256,
        new.owner_id.0
    );
    let Some(found): Option<Document> = one(found.fetch_optional(&mut tx.conn).await?)? else { return Ok(None) };
    sqlx::query!(
        "UPDATE documents SET state = 'processing', reason = NULL, progress = 0, attempts = 0, lease_until = NULL
         WHERE tenant_id = ?1 AND id = ?2 AND state = 'failed'",
        new.tenant_id.0,
        found.id.0
    )
    .execute(&mut tx.conn)
    .await?;
    find_in(&mut tx.conn, &Viewer::service(new.tenant_id), found.id).await
}

/// The bytes go with the next sweep of artifacts.
async fn condemn(tx: &mut Tx, tenant: TenantId, artifact: Uuid, at: i64) -> Outcome<()> {
    sqlx::query!(
        "UPDATE artifacts SET state = 'condemned', updated_at = ?3 WHERE tenant_id = ?1 AND id = ?2 AND state = 'stored'",
        tenant.0,
        artifact,
        at
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

fn readers(readers: &Readers) -> Outcome<Option<String>> {
    readers.users().map(|users| hex_list(users.iter().map(|user| user.0))).transpose()
}

async fn index_title(tx: &mut Tx, tenant: TenantId, seq: i64, title: &str) -> Outcome<()> {
    let words = fts5(&shelf(tenant), title);
    sqlx::query!("DELETE FROM document_words WHERE rowid = ?1", seq).execute(&mut tx.conn).await?;
    sqlx::query!("INSERT INTO document_words (rowid, title) VALUES (?1, ?2)", seq, words).execute(&mut tx.conn).await?;
    Ok(())
}

pub(crate) async fn find(reads: &SqlitePool, viewer: &Viewer, document: DocumentId) -> Outcome<Option<Document>> {
    find_in(reads, viewer, document).await
}

pub(crate) async fn find_in(
    db: impl SqliteExecutor<'_>,
    viewer: &Viewer,
    document: DocumentId,
) -> Outcome<Option<Document>> {
    let user = viewer.reads_only().map(|user| user.0);
    let found = documents!(
        "SELECT",
        "FROM documents WHERE tenant_id = ?1 AND id = ?2 AND state <> 'deleted'
             AND (?3 IS NULL OR owner_id = ?3 OR readers IS NULL
                 OR EXISTS (SELECT 1 FROM json_each(documents.readers) WHERE unhex(value) = ?3))",
        viewer.tenant_id.0,
        document.0,
        user
    );
    one(found.fetch_optional(db).await?)
}

pub(crate) async fn list(
    reads: &SqlitePool,
    viewer: &Viewer,
    filter: &DocumentFilter,
    page: Page,
) -> Outcome<(Vec<Document>, i64)> {
    let user = viewer.reads_only().map(|user| user.0);
    let words = filter.title.as_ref().map(|words| words.fts5(&shelf(viewer.tenant_id))).unwrap_or_default();
    let (after, before) = (filter.after.map_or(i64::MIN, micros), filter.before.map_or(i64::MAX, micros));
    let found = documents!(
        "SELECT",
        "FROM documents WHERE tenant_id = ?1 AND state <> 'deleted' AND uploaded_at >= ?2 AND uploaded_at < ?3
             AND (?4 IS NULL OR owner_id = ?4 OR readers IS NULL
                 OR EXISTS (SELECT 1 FROM json_each(documents.readers) WHERE unhex(value) = ?4))
             AND (?5 IS NULL OR type = ?5) AND (?6 IS NULL OR state = ?6)
             AND (?7 IS NULL OR EXISTS (SELECT 1 FROM json_each(documents.tags) WHERE value = ?7))
             AND (?8 = '' OR seq IN (SELECT rowid FROM document_words WHERE document_words MATCH ?8))
         ORDER BY uploaded_at DESC, id DESC LIMIT ?9 OFFSET ?10",
        viewer.tenant_id.0,
        after,
        before,
        user,
        filter.kind,
        filter.state,
        filter.tag,
        words,
        page.limit,
        page.offset
    );
    let found = all(found.fetch_all(reads).await?)?;
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM documents WHERE tenant_id = ?1 AND state <> 'deleted' AND uploaded_at >= ?2 AND uploaded_at < ?3
             AND (?4 IS NULL OR owner_id = ?4 OR readers IS NULL
                 OR EXISTS (SELECT 1 FROM json_each(documents.readers) WHERE unhex(value) = ?4))
             AND (?5 IS NULL OR type = ?5) AND (?6 IS NULL OR state = ?6)
             AND (?7 IS NULL OR EXISTS (SELECT 1 FROM json_each(documents.tags) WHERE value = ?7))
             AND (?8 = '' OR seq IN (SELECT rowid FROM document_words WHERE document_words MATCH ?8))"#,
        viewer.tenant_id.0,
        after,
        before,
        user,
        filter.kind,
        filter.state,
        filter.tag,
        words
    );
    Ok((found, total.fetch_one(reads).await?))
}

pub(crate) async fn change(
    tx: &mut Tx,
    viewer: &Viewer,
    document: DocumentId,
    patch: &DocumentPatch,
    audit: &AuditEntry,
) -> Outcome<DocumentChange> {
    let Some(found) = find_in(&mut tx.conn, viewer, document).await? else { return Ok(DocumentChange::Missing) };
    if !is_theirs(viewer, found.owner_id) {
        return Ok(DocumentChange::NotTheirs);
    }
    let title = patch.title.as_ref().unwrap_or(&found.title);
    let tags = serde_json::to_string(patch.tags.as_ref().unwrap_or(&found.tags))?;
    let readers = readers(patch.readers.as_ref().unwrap_or(&found.readers))?;
    let changed = sqlx::query_scalar!(
        r#"UPDATE documents SET title = ?3, tags = ?4, readers = ?5 WHERE tenant_id = ?1 AND id = ?2 RETURNING seq AS "seq!: i64""#,
        viewer.tenant_id.0,
        document.0,
        title,
        tags,
        readers
    );
    let seq = changed.fetch_one(&mut tx.conn).await?;
    if *title != found.title {
        index_title(tx, viewer.tenant_id, seq, title).await?;
    }
    tx.audit(viewer.tenant_id, audit);
    let changed = find_in(&mut tx.conn, &Viewer::service(viewer.tenant_id), document).await?;
    Ok(changed.map_or(DocumentChange::Missing, |changed| DocumentChange::Done(Box::new(changed))))
}

pub(crate) async fn delete(
    tx: &mut Tx,
    viewer: &Viewer,
    document: DocumentId,
    audit: &AuditEntry,
) -> Outcome<DocumentChange> {
    let Some(found) = find_in(&mut tx.conn, viewer, document).await? else { return Ok(DocumentChange::Missing) };
    if !is_theirs(viewer, found.owner_id) {
        return Ok(DocumentChange::NotTheirs);
    }
    let deleted = sqlx::query_scalar!(
        r#"UPDATE documents SET state = 'deleted', epoch = epoch + 1, lease_until = NULL WHERE tenant_id = ?1 AND id = ?2
           RETURNING seq AS "seq!: i64""#,
        viewer.tenant_id.0,
        document.0
    );
    let seq = deleted.fetch_one(&mut tx.conn).await?;
    sqlx::query!("DELETE FROM document_words WHERE rowid = ?1", seq).execute(&mut tx.conn).await?;
    condemn(tx, viewer.tenant_id, found.artifact_id.0, micros(audit.at)).await?;
    tx.audit(viewer.tenant_id, audit);
    Ok(DocumentChange::Done(Box::new(found)))
}

fn is_theirs(viewer: &Viewer, owner: UserId) -> bool {
    viewer.reads_only().is_none_or(|user| user == owner)
}
