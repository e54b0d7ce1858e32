//! The reading of documents, by leases on the database's clock.

use std::time::Duration;

use artel_domain::{DocumentId, DocumentPassage, TenantId};
use artel_store::{ReadingClaim, ReadingEnd, Viewer};
use artel_words::{Field, tsvector};
use sqlx::{PgConnection, PgPool};

use crate::begun::begin;
use crate::documents::{self, shelf};
use crate::values::{duration_micros, text};

pub(crate) async fn claim(pool: &PgPool, lease: Duration) -> sqlx::Result<Option<ReadingClaim>> {
    // Most callers come too early.
    let waiting = sqlx::query_scalar!(
        r#"SELECT 1 AS "n!" FROM documents WHERE state = 'processing'
               AND (lease_until IS NULL OR lease_until <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) LIMIT 1"#
    );
    if waiting.fetch_optional(pool).await?.is_none() {
        return Ok(None);
    }
    let claimed = sqlx::query!(
        "WITH clock AS MATERIALIZED (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now),
         busy AS MATERIALIZED (SELECT DISTINCT b.tenant_id FROM documents b, clock WHERE b.state = 'processing' AND b.lease_until > clock.now),
         picked AS MATERIALIZED (
             SELECT d.seq FROM documents d, clock
             WHERE d.state = 'processing' AND (d.lease_until IS NULL OR d.lease_until <= clock.now)
             ORDER BY (d.tenant_id IN (SELECT tenant_id FROM busy)), d.attempts, d.uploaded_at LIMIT 1 FOR UPDATE OF d SKIP LOCKED)
         UPDATE documents d SET epoch = d.epoch + 1, attempts = d.attempts + 1, progress = 0, lease_until = clock.now + $1::bigint
         FROM picked, clock WHERE d.seq = picked.seq
         RETURNING d.tenant_id, d.id, d.epoch, d.attempts",
        duration_micros(lease)
    );
    let Some(row) = claimed.fetch_optional(pool).await? else { return Ok(None) };
    let document = documents::find(pool, &Viewer::service(TenantId(row.tenant_id)), DocumentId(row.id)).await?;
    Ok(document.map(|document| ReadingClaim { document, epoch: row.epoch, attempts: row.attempts }))
}

pub(crate) async fn renew(pool: &PgPool, claim: &ReadingClaim, lease: Duration) -> sqlx::Result<bool> {
    let renewed = sqlx::query!(
        "UPDATE documents SET lease_until = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + $4::bigint
         WHERE tenant_id = $1 AND id = $2 AND epoch = $3 AND state = 'processing' AND lease_until IS NOT NULL",
        claim.document.tenant_id.0,
        claim.document.id.0,
        claim.epoch,
        duration_micros(lease)
    );
    Ok(renewed.execute(pool).await?.rows_affected() == 1)
}

pub(crate) async fn give_back(pool: &PgPool, claim: &ReadingClaim, counts: bool) -> sqlx::Result<bool> {
    let given = sqlx::query!(
        "UPDATE documents SET lease_until = NULL, progress = 0, attempts = attempts - $4::bigint
         WHERE tenant_id = $1 AND id = $2 AND epoch = $3 AND state = 'processing' AND lease_until IS NOT NULL",
        claim.document.tenant_id.0,
        claim.document.id.0,
        claim.epoch,
        i64::from(!counts)
    );
    Ok(given.execute(pool).await?.rows_affected() == 1)
}

/// The number of the claimed document's row, which nobody else changes until the end of the transaction; `None` when
/// the claim is void.
async fn held(tx: &mut PgConnection, claim: &ReadingClaim) -> sqlx::Result<Option<i64>> {
    let held = sqlx::query_scalar!(
        "SELECT seq FROM documents
         WHERE tenant_id = $1 AND id = $2 AND epoch = $3 AND state = 'processing' AND lease_until IS NOT NULL FOR UPDATE",
        claim.document.tenant_id.0,
        claim.document.id.0,
        claim.epoch
    );
    held.fetch_optional(tx).await
}

pub(crate) async fn clear(pool: &PgPool, claim: &ReadingClaim, limit: u32) -> sqlx::Result<Option<u64>> {
    let mut tx = begin(pool).await?;
    let Some(seq) = held(&mut tx, claim).await? else { return Ok(None) };
    let removed = remove(&mut tx, seq, limit).await?;
    tx.commit().await?;
    Ok(Some(removed))
}

/// Removes passages of the document: how many.
async fn remove(tx: &mut PgConnection, seq: i64, limit: u32) -> sqlx::Result<u64> {
    let removed = sqlx::query!(
        "DELETE FROM passages WHERE id IN (SELECT id FROM passages WHERE document = $1 ORDER BY ordinal LIMIT $2)",
        seq,
        i64::from(limit)
    );
    Ok(removed.execute(tx).await?.rows_affected())
}

pub(crate) async fn add(
    pool: &PgPool,
    claim: &ReadingClaim,
    passages: &[DocumentPassage],
    progress: u16,
) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
    let Some(seq) = held(&mut tx, claim).await? else { return Ok(false) };
    let shelf = shelf(claim.document.tenant_id);
    for passage in passages {
        let heading = passage.heading.as_deref();
        let words = tsvector(&shelf, &[(Field::Title, heading.unwrap_or_default()), (Field::Body, &passage.text)]);
        sqlx::query!(
            "INSERT INTO passages (tenant_id, document, ordinal, page, heading, text, analysed, words)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::tsvector)",
            claim.document.tenant_id.0,
            seq,
            i64::from(passage.ordinal),
            passage.page.map(i64::from),
            heading.map(text),
            text(&passage.text),
            artel_words::VERSION,
            words
        )
        .execute(&mut *tx)
        .await?;
    }
    sqlx::query!("UPDATE documents SET progress = $2 WHERE seq = $1", seq, i64::from(progress))
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(true)
}

pub(crate) async fn finish(pool: &PgPool, claim: &ReadingClaim, end: &ReadingEnd) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
    let Some(seq) = held(&mut tx, claim).await? else { return Ok(false) };
    match end {
        ReadingEnd::Ready { kind, pages, language, outline } => {
            let outline: Vec<String> = outline.iter().map(|heading| text(heading)).collect();
            sqlx::query!(
                "UPDATE documents SET state = 'ready', reason = NULL, progress = 1000, lease_until = NULL, type = $2, pages = $3,
                     language = $4, outline = $5 WHERE seq = $1",
                seq,
                kind,
                pages.map(i64::from),
                language.as_deref(),
                &outline
            )
            .execute(&mut *tx)
            .await?;
        }
        ReadingEnd::Failed { kind, reason } => {
            sqlx::query!(
                "UPDATE documents SET state = 'failed', reason = $3, lease_until = NULL, type = $2 WHERE seq = $1",
                seq,
                kind.as_deref(),
                text(reason)
            )
            .execute(&mut *tx)
            .await?;
        }
    }
    tx.commit().await?;
    Ok(true)
}

pub(crate) async fn sweep(pool: &PgPool, limit: u32) -> sqlx::Result<u64> {
    let mut tx = begin(pool).await?;
    let deleted =
        sqlx::query!("SELECT seq, tenant_id, id FROM documents WHERE state = 'deleted' LIMIT 1 FOR UPDATE SKIP LOCKED");
    let Some(row) = deleted.fetch_optional(&mut *tx).await? else { return Ok(0) };
    let removed = remove(&mut tx, row.seq, limit).await?;
    let is_whole = removed < u64::from(limit);
    if is_whole {
        // Of whichever session: a document's attachments are few.
        sqlx::query!(
            "DELETE FROM document_attachments WHERE tenant_id = $1 AND document_id = $2",
            row.tenant_id,
            row.id
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!("DELETE FROM documents WHERE seq = $1", row.seq).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(removed + u64::from(is_whole))
}
