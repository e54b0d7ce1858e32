//! Documents: files whose text is found and cited. Their passages are in `passages`, their reading in `readings`.

use artel_domain::{AuditEntry, Document, DocumentId, Readers, TenantId, UserId};
use artel_store::{DocumentChange, DocumentFilter, DocumentPatch, DocumentStart, NewDocument, Page, Viewer};
use artel_words::{Field, Shelf, tsvector};
use sqlx::{PgConnection, PgExecutor, PgPool};
use uuid::Uuid;

use crate::audit;
use crate::begun::begin;
use crate::rows::documents;
use crate::values::{micros, text};

/// Where the documents of a tenant are found.
pub(crate) fn shelf(tenant: TenantId) -> Shelf {
    Shelf::of_tenant("document", tenant.0)
}

pub(crate) async fn create(pool: &PgPool, new: &NewDocument, audit: &AuditEntry) -> sqlx::Result<DocumentStart> {
    let mut tx = begin(pool).await?;
    // New documents of one tenant come one after the other, so that of the same file one is made.
    let queue = format!("documents/{}", new.tenant_id);
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", queue).execute(&mut *tx).await?;
    let start = create_in(&mut tx, new, audit).await?;
    tx.commit().await?;
    Ok(start)
}

async fn create_in(tx: &mut PgConnection, new: &NewDocument, audit: &AuditEntry) -> sqlx::Result<DocumentStart> {
    if let Some(there) = find_in(&mut *tx, &Viewer::service(new.tenant_id), new.id).await? {
        let is_same = there.sha256 == new.sha256 && there.owner_id == new.owner_id;
        condemn(tx, new.tenant_id, new.artifact_id.0, micros(new.at)).await?;
        return Ok(if is_same { DocumentStart::Same(Box::new(there)) } else { DocumentStart::Taken });
    }
    let deleted = sqlx::query_scalar!(
        r#"SELECT 1 AS "n!" FROM documents WHERE tenant_id = $1 AND id = $2"#,
        new.tenant_id.0,
        new.id.0
    );
    if deleted.fetch_optional(&mut *tx).await?.is_some() {
        condemn(tx, new.tenant_id, new.artifact_id.0, micros(new.at)).await?;
        return Ok(DocumentStart::Taken);
    }
    if let Some(there) = same(tx, new).await? {
        condemn(tx, new.tenant_id, new.artifact_id.0, micros(new.at)).await?;
        return Ok(DocumentStart::Same(Box::new(there)));
    }
    let readers = readers(&new.readers);
    let tags: Vec<String> = new.tags.iter().map(|tag| text(tag)).collect();
    sqlx::query!(
        "INSERT INTO documents (tenant_id, id, owner_id, artifact_id, title, bytes, sha256, outline, tags, readers, state, progress,
             epoch, attempts, uploaded_at, words)
         VALUES ($1, $2, $3, $4, $5, $6, $7, '{}', $8, $9, 'processing', 0, 0, 0, $10, $11::text::tsvector)",
        new.tenant_id.0,
        new.id.0,
        new.owner_id.0,
        new.artifact_id.0,
        text(&new.title),
        new.bytes.cast_signed(),
        new.sha256,
        &tags,
        readers.as_deref(),
        micros(new.at),
        title_words(new.tenant_id, &new.title)
    )
    .execute(&mut *tx)
    .await?;
    audit::append(tx, new.tenant_id, std::slice::from_ref(audit)).await?;
    let made = find_in(&mut *tx, &Viewer::service(new.tenant_id), new.id).await?;
    Ok(made.map_or(DocumentStart::Taken, |made| DocumentStart::New(Box::new(made))))
}

/// A document of the same bytes that the owner of the new one reads; one that had failed waits again.
async fn same(tx: &mut PgConnection, new: &NewDocument) -> sqlx::Result<Option<Document>> {
    let found = documents!(
        "SELECT",
        "FROM documents WHERE tenant_id = $1 AND sha256 = $2 AND state <> 'deleted'
             AND (owner_id = $3 OR readers IS NULL OR $3 = ANY (readers))
         ORDER BY (state = 'failed'), seq LIMIT 1 FOR UPDATE",
        new.tenant_id.0,
        new.sha256,
        new.owner_id.0
    );
    let Some(found) = found.fetch_optional(&mut *tx).await? else { return Ok(None) };
    sqlx::query!(
        "UPDATE documents SET state = 'processing', reason = NULL, progress = 0, attempts = 0, lease_until = NULL
         WHERE tenant_id = $1 AND id = $2 AND state = 'failed'",
        new.tenant_id.0,
        found.id
    )
    .execute(&mut *tx)
    .await?;
    find_in(&mut *tx, &Viewer::service(new.tenant_id), DocumentId(found.id)).await
}

/// The bytes go with the next sweep of artifacts.
async fn condemn(tx: &mut PgConnection, tenant: TenantId, artifact: Uuid, at: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE artifacts SET state = 'condemned', updated_at = $3 WHERE tenant_id = $1 AND id = $2 AND state = 'stored'",
        tenant.0,
        artifact,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}

fn readers(readers: &Readers) -> Option<Vec<Uuid>> {
    readers.users().map(|users| users.iter().map(|user| user.0).collect())
}

fn title_words(tenant: TenantId, title: &str) -> String {
    tsvector(&shelf(tenant), &[(Field::Title, title)])
}

pub(crate) async fn find(pool: &PgPool, viewer: &Viewer, document: DocumentId) -> sqlx::Result<Option<Document>> {
    find_in(pool, viewer, document).await
}

pub(crate) async fn find_in(
    db: impl PgExecutor<'_>,
    viewer: &Viewer,
    document: DocumentId,
) -> sqlx::Result<Option<Document>> {
    let user = viewer.reads_only().map(|user| user.0);
    let found = documents!(
        "SELECT",
        "FROM documents WHERE tenant_id = $1 AND id = $2 AND state <> 'deleted'
             AND ($3::uuid IS NULL OR owner_id = $3 OR readers IS NULL OR $3 = ANY (readers))",
        viewer.tenant_id.0,
        document.0,
        user
    );
    found.fetch_optional(db).await?.map(Document::try_from).transpose()
}

pub(crate) async fn list(
    pool: &PgPool,
    viewer: &Viewer,
    filter: &DocumentFilter,
    page: Page,
) -> sqlx::Result<(Vec<Document>, i64)> {
    let user = viewer.reads_only().map(|user| user.0);
    let words = filter.title.as_ref().map(|words| words.tsquery(&shelf(viewer.tenant_id)));
    let (after, before) = (filter.after.map_or(i64::MIN, micros), filter.before.map_or(i64::MAX, micros));
    let found = documents!(
        "SELECT",
        "FROM documents WHERE tenant_id = $1 AND state <> 'deleted' AND uploaded_at >= $2 AND uploaded_at < $3
             AND ($4::uuid IS NULL OR owner_id = $4 OR readers IS NULL OR $4 = ANY (readers))
             AND ($5::text IS NULL OR type = $5) AND ($6::text IS NULL OR state = $6) AND ($7::text IS NULL OR $7 = ANY (tags))
             AND ($8::text IS NULL OR words @@ $8::text::tsquery)
         ORDER BY uploaded_at DESC, id DESC LIMIT $9 OFFSET $10",
        viewer.tenant_id.0,
        after,
        before,
        user,
        filter.kind.as_deref().map(text),
        filter.state,
        filter.tag.as_deref().map(text),
        words,
        i64::from(page.limit),
        i64::from(page.offset)
    );
    let found = found.fetch_all(pool).await?.into_iter().map(Document::try_from).collect::<sqlx::Result<_>>()?;
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM documents WHERE tenant_id = $1 AND state <> 'deleted' AND uploaded_at >= $2 AND uploaded_at < $3
             AND ($4::uuid IS NULL OR owner_id = $4 OR readers IS NULL OR $4 = ANY (readers))
             AND ($5::text IS NULL OR type = $5) AND ($6::text IS NULL OR state = $6) AND ($7::text IS NULL OR $7 = ANY (tags))
             AND ($8::text IS NULL OR words @@ $8::text::tsquery)"#,
        viewer.tenant_id.0,
        after,
        before,
        user,
        filter.kind.as_deref().map(text),
        filter.state,
        filter.tag.as_deref().map(text),
        words
    );
    Ok((found, total.fetch_one(pool).await?))
}

pub(crate) async fn change(
    pool: &PgPool,
    viewer: &Viewer,
    document: DocumentId,
    patch: &DocumentPatch,
    audit: &AuditEntry,
) -> sqlx::Result<DocumentChange> {
    let mut tx = begin(pool).await?;
    lock(&mut tx, viewer.tenant_id, document).await?;
    let Some(found) = find_in(&mut *tx, viewer, document).await? else { return Ok(DocumentChange::Missing) };
    if !is_theirs(viewer, found.owner_id) {
        return Ok(DocumentChange::NotTheirs);
    }
    let title = patch.title.as_ref().unwrap_or(&found.title);
    let tags: Vec<String> = patch.tags.as_ref().unwrap_or(&found.tags).iter().map(|tag| text(tag)).collect();
    let readers = readers(patch.readers.as_ref().unwrap_or(&found.readers));
    sqlx::query!(
        "UPDATE documents SET title = $3, tags = $4, readers = $5, words = $6::text::tsvector WHERE tenant_id = $1 AND id = $2",
        viewer.tenant_id.0,
        document.0,
        text(title),
        &tags,
        readers.as_deref(),
        title_words(viewer.tenant_id, title)
    )
    .execute(&mut *tx)
    .await?;
    audit::append(&mut tx, viewer.tenant_id, std::slice::from_ref(audit)).await?;
    let changed = find_in(&mut *tx, &Viewer::service(viewer.tenant_id), document).await?;
    tx.commit().await?;
    Ok(changed.map_or(DocumentChange::Missing, |changed| DocumentChange::Done(Box::new(changed))))
}

/// Two changes at once come one after the other.
async fn lock(tx: &mut PgConnection, tenant: TenantId, document: DocumentId) -> sqlx::Result<()> {
    sqlx::query!(
        r#"SELECT 1 AS "n!" FROM documents WHERE tenant_id = $1 AND id = $2 FOR UPDATE"#,
        tenant.0,
        document.0
    )
    .fetch_optional(tx)
    .await?;
    Ok(())
}

pub(crate) async fn delete(
    pool: &PgPool,
    viewer: &Viewer,
    document: DocumentId,
    audit: &AuditEntry,
) -> sqlx::Result<DocumentChange> {
    let mut tx = begin(pool).await?;
    lock(&mut tx, viewer.tenant_id, document).await?;
    let Some(found) = find_in(&mut *tx, viewer, document).await? else { return Ok(DocumentChange::Missing) };
    if !is_theirs(viewer, found.owner_id) {
        return Ok(DocumentChange::NotTheirs);
    }
    sqlx::query!(
        "UPDATE documents SET state = 'deleted', epoch = epoch + 1, lease_until = NULL WHERE tenant_id = $1 AND id = $2",
        viewer.tenant_id.0,
        document.0
    )
    .execute(&mut *tx)
    .await?;
    condemn(&mut tx, viewer.tenant_id, found.artifact_id.0, micros(audit.at)).await?;
    audit::append(&mut tx, viewer.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(DocumentChange::Done(Box::new(found)))
}

fn is_theirs(viewer: &Viewer, owner: UserId) -> bool {
    viewer.reads_only().is_none_or(|user| user == owner)
}
