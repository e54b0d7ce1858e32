//! Passages of documents: listed in order, found by their words.

use artel_domain::{DocumentId, DocumentPassage};
use artel_store::{FoundPassage, Page, Viewer};
use artel_words::Query;
use sqlx::PgPool;
use uuid::Uuid;

use crate::documents::{self, shelf};
use crate::rows::PassageRow;

pub(crate) async fn list(
    pool: &PgPool,
    viewer: &Viewer,
    document: DocumentId,
    page: Page,
) -> sqlx::Result<Option<(Vec<DocumentPassage>, i64)>> {
    if documents::find(pool, viewer, document).await?.is_none() {
        return Ok(None);
    }
    let found = sqlx::query_as!(
        PassageRow,
        "SELECT p.ordinal, p.page, p.heading, p.text FROM documents d JOIN passages p ON p.document = d.seq
         WHERE d.tenant_id = $1 AND d.id = $2 AND d.state = 'ready' ORDER BY p.ordinal LIMIT $3 OFFSET $4",
        viewer.tenant_id.0,
        document.0,
        i64::from(page.limit),
        i64::from(page.offset)
    );
    let found = found.fetch_all(pool).await?.into_iter().map(DocumentPassage::try_from).collect::<sqlx::Result<_>>()?;
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM documents d JOIN passages p ON p.document = d.seq
           WHERE d.tenant_id = $1 AND d.id = $2 AND d.state = 'ready'"#,
        viewer.tenant_id.0,
        document.0
    );
    Ok(Some((found, total.fetch_one(pool).await?)))
}

/// A word that few of the passages have says more than one that most have. All counts are of what the viewer reads. A
/// document whose title has one of the words lends its passages a part of what the title says.
pub(crate) async fn search(
    pool: &PgPool,
    viewer: &Viewer,
    query: &Query,
    within: Option<&[DocumentId]>,
    limit: u32,
) -> sqlx::Result<Vec<FoundPassage>> {
    let (user, shelf) = (viewer.reads_only().map(|user| user.0), shelf(viewer.tenant_id));
    let within: Option<Vec<Uuid>> = within.map(|documents| documents.iter().map(|document| document.0).collect());
    let found = sqlx::query!(
        r#"WITH mine AS MATERIALIZED (
               SELECT d.id, d.title, d.words AS title_words, p.id AS passage_id, p.ordinal, p.page, p.heading, p.text, p.words
               FROM passages p JOIN documents d ON d.seq = p.document
               WHERE p.words @@ $1::text::tsquery AND p.tenant_id = $2 AND d.tenant_id = $2 AND d.state = 'ready'
                   AND ($3::uuid IS NULL OR d.owner_id = $3 OR d.readers IS NULL OR $3 = ANY (d.readers))
                   AND ($4::uuid[] IS NULL OR d.id = ANY ($4))),
           terms AS (
               SELECT q.term::tsquery AS term,
                   ln(1 + ((SELECT count(*) FROM mine) - count(mine.id) + 0.5) / (count(mine.id) + 0.5))::float8 AS weight
               FROM unnest($5::text[]) q(term) LEFT JOIN mine ON mine.words @@ q.term::tsquery GROUP BY q.term)
           SELECT id AS "id!", title AS "title!", ordinal AS "ordinal!", page AS "page?", heading AS "heading?", text AS "text!",
               (SELECT coalesce(sum(t.weight * (ts_rank('{0.5, 0.5, 0.5, 1.0}', mine.words, t.term, 1)
                   + 0.25 * ts_rank('{0.5, 0.5, 0.5, 1.0}', mine.title_words, t.term, 1))), 0) FROM terms t)::float8 AS "rank!"
           FROM mine ORDER BY 7 DESC, passage_id LIMIT $6"#,
        query.tsquery(&shelf),
        viewer.tenant_id.0,
        user,
        within.as_deref(),
        &query.tsqueries(&shelf),
        i64::from(limit)
    );
    let rows = found.fetch_all(pool).await?;
    let read = rows.into_iter().map(|row| -> sqlx::Result<FoundPassage> {
        let passage = PassageRow { ordinal: row.ordinal, page: row.page, heading: row.heading, text: row.text };
        Ok(FoundPassage { document_id: DocumentId(row.id), title: row.title, passage: passage.try_into()? })
    });
    read.collect()
}
