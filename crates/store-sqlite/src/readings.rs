//! The reading of documents, by leases on the database's clock.

use std::time::Duration;

use artel_domain::{Document, DocumentId, DocumentPassage, TenantId};
use artel_store::{ReadingClaim, ReadingEnd, Viewer};
use artel_words::fts5;
use sqlx::SqlitePool;
use uuid::Uuid;

use crate::documents::{self, shelf};
use crate::error::Outcome;
use crate::values::duration_micros;
use crate::writer::Tx;

/// Whether there may be something to claim. Asked before a claim: most callers come too early.
pub(crate) async fn is_waiting(reads: &SqlitePool) -> Outcome<bool> {
    let waiting = sqlx::query_scalar!(
        r#"SELECT 1 AS "n!: i64" FROM documents WHERE state = 'processing'
               AND (lease_until IS NULL OR lease_until <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)) LIMIT 1"#
    );
    Ok(waiting.fetch_optional(reads).await?.is_some())
}

pub(crate) async fn claim(tx: &mut Tx, lease: Duration) -> Outcome<Option<ReadingClaim>> {
    let lease = duration_micros(lease);
    let claimed = sqlx::query!(
        r#"UPDATE documents SET epoch = epoch + 1, attempts = attempts + 1, progress = 0,
               lease_until = CAST(unixepoch('subsec') * 1000000 AS INTEGER) + ?1
           WHERE seq = (SELECT seq FROM documents WHERE state = 'processing'
                   AND (lease_until IS NULL OR lease_until <= CAST(unixepoch('subsec') * 1000000 AS INTEGER))
               ORDER BY tenant_id IN (SELECT tenant_id FROM documents WHERE state = 'processing'
                   AND lease_until > CAST(unixepoch('subsec') * 1000000 AS INTEGER)), attempts, uploaded_at LIMIT 1)
           RETURNING tenant_id AS "tenant_id!: Uuid", id AS "id!: Uuid", epoch AS "epoch!: i64", attempts AS "attempts!: i64""#,
        lease
    );
    let Some(row) = claimed.fetch_optional(&mut tx.conn).await? else { return Ok(None) };
    let document = find(tx, TenantId(row.tenant_id), DocumentId(row.id)).await?;
    Ok(document.map(|document| ReadingClaim { document, epoch: row.epoch, attempts: row.attempts }))
}

async fn find(tx: &mut Tx, tenant: TenantId, document: DocumentId) -> Outcome<Option<Document>> {
    documents::find_in(&mut tx.conn, &Viewer::service(tenant), document).await
}

pub(crate) async fn renew(tx: &mut Tx, claim: &ReadingClaim, lease: Duration) -> Outcome<bool> {
    let lease = duration_micros(lease);
    let renewed = sqlx::query!(
        "UPDATE documents SET lease_until = CAST(unixepoch('subsec') * 1000000 AS INTEGER) + ?4
         WHERE tenant_id = ?1 AND id = ?2 AND epoch = ?3 AND state = 'processing' AND lease_until IS NOT NULL",
        claim.document.tenant_id.0,
        claim.document.id.0,
        claim.epoch,
        lease
    );
    Ok(renewed.execute(&mut tx.conn).await?.rows_affected() == 1)
}

pub(crate) async fn give_back(tx: &mut Tx, claim: &ReadingClaim, counts: bool) -> Outcome<bool> {
    let given = sqlx::query!(
        "UPDATE documents SET lease_until = NULL, progress = 0, attempts = attempts - ?4
         WHERE tenant_id = ?1 AND id = ?2 AND epoch = ?3 AND state = 'processing' AND lease_until IS NOT NULL",
        claim.document.tenant_id.0,
        claim.document.id.0,
        claim.epoch,
        !counts
    );
    Ok(given.execute(&mut tx.conn).await?.rows_affected() == 1)
}

/// The number of the claimed document's row; `None` when the claim is void.
async fn held(tx: &mut Tx, claim: &ReadingClaim) -> Outcome<Option<i64>> {
    let held = sqlx::query_scalar!(
        r#"SELECT seq AS "seq!: i64" FROM documents
           WHERE tenant_id = ?1 AND id = ?2 AND epoch = ?3 AND state = 'processing' AND lease_until IS NOT NULL"#,
        claim.document.tenant_id.0,
        claim.document.id.0,
        claim.epoch
    );
    Ok(held.fetch_optional(&mut tx.conn).await?)
}

pub(crate) async fn clear(tx: &mut Tx, claim: &ReadingClaim, limit: u32) -> Outcome<Option<u64>> {
    let Some(seq) = held(tx, claim).await? else { return Ok(None) };
    Ok(Some(remove(tx, seq, limit).await?))
}

/// Removes passages of the document with their words: how many.
async fn remove(tx: &mut Tx, seq: i64, limit: u32) -> Outcome<u64> {
    sqlx::query!(
        "DELETE FROM passage_words WHERE rowid IN (SELECT id FROM passages WHERE document = ?1 ORDER BY ordinal LIMIT ?2)",
        seq,
        limit
    )
    .execute(&mut tx.conn)
    .await?;
    let removed = sqlx::query!(
        "DELETE FROM passages WHERE id IN (SELECT id FROM passages WHERE document = ?1 ORDER BY ordinal LIMIT ?2)",
        seq,
        limit
    );
    Ok(removed.execute(&mut tx.conn).await?.rows_affected())
}

pub(crate) async fn add(
    tx: &mut Tx,
    claim: &ReadingClaim,
    passages: &[DocumentPassage],
    progress: u16,
) -> Outcome<bool> {
    let Some(seq) = held(tx, claim).await? else { return Ok(false) };
    let shelf = shelf(claim.document.tenant_id);
    for passage in passages {
        let made = sqlx::query_scalar!(
            r#"INSERT INTO passages (tenant_id, document, ordinal, page, heading, text, analysed)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id AS "id!: i64""#,
            claim.document.tenant_id.0,
            seq,
            passage.ordinal,
            passage.page,
            passage.heading,
            passage.text,
            artel_words::VERSION
        );
        let id = made.fetch_one(&mut tx.conn).await?;
        let heading = fts5(&shelf, passage.heading.as_deref().unwrap_or_default());
        let body = fts5(&shelf, &passage.text);
        sqlx::query!("INSERT INTO passage_words (rowid, heading, body) VALUES (?1, ?2, ?3)", id, heading, body)
            .execute(&mut tx.conn)
            .await?;
    }
    sqlx::query!("UPDATE documents SET progress = ?2 WHERE seq = ?1", seq, progress).execute(&mut tx.conn).await?;
    Ok(true)
}

pub(crate) async fn finish(tx: &mut Tx, claim: &ReadingClaim, end: &ReadingEnd) -> Outcome<bool> {
    let Some(seq) = held(tx, claim).await? else { return Ok(false) };
    match end {
        ReadingEnd::Ready { kind, pages, language, outline } => {
            let outline = serde_json::to_string(outline)?;
            sqlx::query!(
                "UPDATE documents SET state = 'ready', reason = NULL, progress = 1000, lease_until = NULL, type = ?2, pages = ?3,
                     language = ?4, outline = ?5 WHERE seq = ?1",
                seq,
                kind,
                pages,
                language,
                outline
            )
            .execute(&mut tx.conn)
            .await?;
        }
        ReadingEnd::Failed { kind, reason } => {
            sqlx::query!(
                "UPDATE documents SET state = 'failed', reason = ?3, lease_until = NULL, type = ?2 WHERE seq = ?1",
                seq,
                kind,
                reason
            )
            .execute(&mut tx.conn)
            .await?;
        }
    }
    Ok(true)
}

pub(crate) async fn sweep(tx: &mut Tx, limit: u32) -> Outcome<u64> {
    let deleted = sqlx::query!(
        r#"SELECT seq AS "seq!: i64", tenant_id AS "tenant_id!: Uuid", id AS "id!: Uuid" FROM documents WHERE state = 'deleted' LIMIT 1"#
    );
    let Some(row) = deleted.fetch_optional(&mut tx.conn).await? else { return Ok(0) };
    let removed = remove(tx, row.seq, limit).await?;
    if removed >= u64::from(limit) {
        return Ok(removed);
    }
    // Of whichever session: a document's attachments are few.
    sqlx::query!("DELETE FROM document_attachments WHERE tenant_id = ?1 AND document_id = ?2", row.tenant_id, row.id)
        .execute(&mut tx.conn)
        .await?;
    sqlx::query!("DELETE FROM documents WHERE seq = ?1", row.seq).execute(&mut tx.conn).await?;
    Ok(removed + 1)
}
