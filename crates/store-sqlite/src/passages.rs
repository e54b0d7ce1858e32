//! Passages of documents: listed in order, found by their words.

use artel_domain::{DocumentId, DocumentPassage};
use artel_store::{FoundPassage, Page, Viewer};
use artel_words::Query;
use sqlx::SqlitePool;
use uuid::Uuid;

use crate::documents::{self, shelf};
use crate::error::Outcome;
use crate::rows::{PassageRow, all};
use crate::values::hex_list;

pub(crate) async fn list(
    reads: &SqlitePool,
    viewer: &Viewer,
    document: DocumentId,
    page: Page,
) -> Outcome<Option<(Vec<DocumentPassage>, i64)>> {
    if documents::find(reads, viewer, document).await?.is_none() {
        return Ok(None);
    }
    let found = sqlx::query_as!(
        PassageRow,
        r#"SELECT p.ordinal AS "ordinal!: i64", p.page AS "page?: i64", p.heading AS "heading?: String", p.text AS "text!: String"
           FROM documents d CROSS JOIN passages p ON p.document = d.seq
           WHERE d.tenant_id = ?1 AND d.id = ?2 AND d.state = 'ready' ORDER BY p.ordinal LIMIT ?3 OFFSET ?4"#,
        viewer.tenant_id.0,
        document.0,
        page.limit,
        page.offset
    );
    let found = all(found.fetch_all(reads).await?)?;
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM documents d CROSS JOIN passages p ON p.document = d.seq
           WHERE d.tenant_id = ?1 AND d.id = ?2 AND d.state = 'ready'"#,
        viewer.tenant_id.0,
        document.0
    );
    Ok(Some((found, total.fetch_one(reads).await?)))
}

/// A document whose title has one of the words lends its passages a part of what the title says.
pub(crate) async fn search(
    reads: &SqlitePool,
    viewer: &Viewer,
    query: &Query,
    within: Option<&[DocumentId]>,
    limit: u32,
) -> Outcome<Vec<FoundPassage>> {
    let (user, words) = (viewer.reads_only().map(|user| user.0), query.fts5(&shelf(viewer.tenant_id)));
    let within = within.map(|documents| hex_list(documents.iter().map(|document| document.0))).transpose()?;
    let found = sqlx::query!(
        r#"WITH titles AS MATERIALIZED (
               SELECT rowid AS seq, bm25(document_words) AS rank FROM document_words WHERE document_words MATCH ?1)
           SELECT d.id AS "id!: Uuid", d.title AS "title!: String", p.ordinal AS "ordinal!: i64", p.page AS "page?: i64",
               p.heading AS "heading?: String", p.text AS "text!: String",
               bm25(passage_words, 2.0, 1.0) + 0.5 * coalesce(u.rank, 0.0) AS "rank!: f64"
           FROM passage_words CROSS JOIN passages p ON p.id = passage_words.rowid CROSS JOIN documents d ON d.seq = p.document
               LEFT JOIN titles u ON u.seq = d.seq
           WHERE passage_words MATCH ?1 AND d.tenant_id = ?2 AND d.state = 'ready'
               AND (?3 IS NULL OR d.owner_id = ?3 OR d.readers IS NULL
                   OR EXISTS (SELECT 1 FROM json_each(d.readers) WHERE unhex(value) = ?3))
               AND (?4 IS NULL OR d.id IN (SELECT unhex(value) FROM json_each(?4)))
           ORDER BY 7, p.id LIMIT ?5"#,
        words,
        viewer.tenant_id.0,
        user,
        within,
        limit
    );
    let rows = found.fetch_all(reads).await?;
    let read = rows.into_iter().map(|row| -> Outcome<FoundPassage> {
        let passage = PassageRow { ordinal: row.ordinal, page: row.page, heading: row.heading, text: row.text };
        Ok(FoundPassage { document_id: DocumentId(row.id), title: row.title, passage: passage.try_into()? })
    });
    read.collect()
}
