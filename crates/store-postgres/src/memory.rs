//! What agents keep for users. A file is the version of its path that nothing has replaced.

use artel_domain::{AuditEntry, MemoryFile, MemoryPath, MemoryVersion, Timestamp, UserId};
use artel_store::memory::{MOST_MEMORY_FILES, MOST_MEMORY_VERSIONS, MOST_REPLACED_VERSIONS};
use artel_store::{Found, MemoryChange, MemoryOutcome, MemoryWhat, Page, Viewer};
use artel_words::{Field, Query, Shelf, split_head, tsvector};
use sqlx::{PgConnection, PgPool};
use tokio::sync::Mutex;

use crate::audit;
use crate::begun::begin;
use crate::rows::MemoryRow;
use crate::values::{micros, number, text, time};

/// Greater than every character, so that `prefix` and this end what begins with `prefix`.
const LAST: char = '\u{10ffff}';

/// Changes of one user's memory wait for each other here, before they take a connection: those of one user would hold
/// all of them otherwise, each waiting for the lock of the one before. Users that share a place wait for each other
/// too.
static QUEUES: [Mutex<()>; 16] = [const { Mutex::const_new(()) }; 16];

/// What is at the path of a change.
struct Present {
    id: i64,
    version: i64,
    text: Text,
}

struct Text {
    title: String,
    source: String,
    content: String,
}

/// The memory that is changed, by what, and when.
struct Place<'a> {
    viewer: &'a Viewer,
    change: &'a MemoryChange,
    at: i64,
}

pub(crate) async fn change(
    pool: &PgPool,
    viewer: &Viewer,
    change: &MemoryChange,
    audit: &AuditEntry,
) -> sqlx::Result<MemoryOutcome> {
    if viewer.changes_only().is_some_and(|user| user != change.owner) {
        return Ok(MemoryOutcome::Missing);
    }
    let place = Place { viewer, change, at: micros(audit.at) };
    let _turn = QUEUES[(change.owner.0.as_u128() % QUEUES.len() as u128) as usize].lock().await;
    let mut tx = begin(pool).await?;
    place.lock(&mut tx).await?;
    if let Some(made) = place.made_before(&mut tx).await? {
        return Ok(made);
    }
    let present = place.present(&mut tx, &change.path).await?;
    let version = present.as_ref().map(|present| present.version);
    if change.expected.is_some_and(|expected| expected != version.unwrap_or(0)) {
        return Ok(MemoryOutcome::Conflict { present: version });
    }
    let outcome = place.make(&mut tx, present).await?;
    if let MemoryOutcome::Done { path, version, .. } = &outcome {
        place.trim(&mut tx, path, *version).await?;
        audit::append(&mut tx, viewer.tenant_id, std::slice::from_ref(audit)).await?;
        tx.commit().await?;
    }
    Ok(outcome)
}

impl Place<'_> {
    /// Changes of one user's memory come one after the other, so that together they keep its limit.
    async fn lock(&self, tx: &mut PgConnection) -> sqlx::Result<()> {
        let shelf = shelf(self.viewer, self.change.owner).to_string();
        sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", shelf).execute(tx).await?;
        Ok(())
    }

    async fn make(&self, tx: &mut PgConnection, present: Option<Present>) -> sqlx::Result<MemoryOutcome> {
        let path = &self.change.path;
        match &self.change.what {
            MemoryWhat::Write { title, source, content } => {
                let text = Text { title: title.clone(), source: source.clone(), content: content.clone() };
                self.put(tx, path, present.as_ref(), &text).await
            }
            MemoryWhat::Restore(version) => match self.text_of(tx, *version).await? {
                Some(text) => self.put(tx, path, present.as_ref(), &text).await,
                None => Ok(MemoryOutcome::Missing),
            },
            MemoryWhat::Delete => {
                let Some(present) = present else { return Ok(MemoryOutcome::Missing) };
                self.retire(tx, present.id).await?;
                let version = self.insert(tx, path, None, self.change.request).await?;
                Ok(MemoryOutcome::Done { path: path.clone(), version, is_new: false })
            }
            MemoryWhat::Move(to) => {
                let Some(present) = present else { return Ok(MemoryOutcome::Missing) };
                if self.present(tx, to).await?.is_some() {
                    return Ok(MemoryOutcome::Taken);
                }
                self.retire(tx, present.id).await?;
                let left = uuid::Uuid::new_v5(&self.change.request, b"left");
                self.insert(tx, path, None, left).await?;
                let version = self.insert(tx, to, Some(&present.text), self.change.request).await?;
                Ok(MemoryOutcome::Done { path: to.clone(), version, is_new: true })
            }
        }
    }

    async fn put(
        &self,
        tx: &mut PgConnection,
        path: &MemoryPath,
        present: Option<&Present>,
        text: &Text,
    ) -> sqlx::Result<MemoryOutcome> {
        match present {
            Some(present) => self.retire(tx, present.id).await?,
            None if self.count(tx).await? >= i64::from(MOST_MEMORY_FILES) => return Ok(MemoryOutcome::Full),
            None => {}
        }
        let version = self.insert(tx, path, Some(text), self.change.request).await?;
        Ok(MemoryOutcome::Done { path: path.clone(), version, is_new: present.is_none() })
    }

    async fn made_before(&self, tx: &mut PgConnection) -> sqlx::Result<Option<MemoryOutcome>> {
        let made = sqlx::query!(
            r#"SELECT path, version FROM memory_versions
               WHERE tenant_id = $1 AND owner_id = $2 AND request_id = $3"#,
            self.viewer.tenant_id.0,
            self.change.owner.0,
            self.change.request
        );
        let Some(made) = made.fetch_optional(tx).await? else { return Ok(None) };
        let path = MemoryPath::parse(&made.path).map_err(|error| sqlx::Error::Decode(error.into()))?;
        Ok(Some(MemoryOutcome::Done { path, version: made.version, is_new: false }))
    }

    async fn present(&self, tx: &mut PgConnection, path: &MemoryPath) -> sqlx::Result<Option<Present>> {
        let path = path.as_str();
        let found = sqlx::query!(
            r#"SELECT id, version, title, source, content AS "content!" FROM memory_versions
               WHERE tenant_id = $1 AND owner_id = $2 AND path = $3 AND replaced_at IS NULL"#,
            self.viewer.tenant_id.0,
            self.change.owner.0,
            path
        );
        let found = found.fetch_optional(tx).await?;
        Ok(found.map(|row| Present {
            id: row.id,
            version: row.version,
            text: Text { title: row.title, source: row.source, content: row.content },
        }))
    }

    async fn text_of(&self, tx: &mut PgConnection, version: i64) -> sqlx::Result<Option<Text>> {
        let path = self.change.path.as_str();
        let found = sqlx::query!(
            r#"SELECT title, source, content AS "content!" FROM memory_versions
               WHERE tenant_id = $1 AND owner_id = $2 AND path = $3 AND version = $4 AND content IS NOT NULL"#,
            self.viewer.tenant_id.0,
            self.change.owner.0,
            path,
            version
        );
        let found = found.fetch_optional(tx).await?;
        Ok(found.map(|row| Text { title: row.title, source: row.source, content: row.content }))
    }

    async fn count(&self, tx: &mut PgConnection) -> sqlx::Result<i64> {
        let count = sqlx::query_scalar!(
            r#"SELECT count(*) AS "n!" FROM memory_versions
               WHERE tenant_id = $1 AND owner_id = $2 AND path > '' AND replaced_at IS NULL"#,
            self.viewer.tenant_id.0,
            self.change.owner.0
        );
        count.fetch_one(tx).await
    }

    /// It is not the file any more, and no word finds it.
    async fn retire(&self, tx: &mut PgConnection, id: i64) -> sqlx::Result<()> {
        sqlx::query!("UPDATE memory_versions SET replaced_at = $1, words = NULL WHERE id = $2", self.at, id)
            .execute(tx)
            .await?;
        Ok(())
    }

    /// Old versions beyond the bounds go, the oldest first.
    async fn trim(&self, tx: &mut PgConnection, path: &MemoryPath, newest: i64) -> sqlx::Result<()> {
        sqlx::query!(
            "DELETE FROM memory_versions WHERE tenant_id = $1 AND owner_id = $2 AND path = $3 AND version <= $4
                 AND replaced_at IS NOT NULL",
            self.viewer.tenant_id.0,
            self.change.owner.0,
            path.as_str(),
            newest - MOST_MEMORY_VERSIONS
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "DELETE FROM memory_versions WHERE id IN (
                 SELECT id FROM memory_versions WHERE tenant_id = $1 AND owner_id = $2 AND replaced_at IS NOT NULL
                 ORDER BY replaced_at DESC, id DESC OFFSET $3)",
            self.viewer.tenant_id.0,
            self.change.owner.0,
            MOST_REPLACED_VERSIONS
        )
        .execute(tx)
        .await?;
        Ok(())
    }

    /// The next version of the path; without a text, the file is gone with it.
    async fn insert(
        &self,
        tx: &mut PgConnection,
        path: &MemoryPath,
        kept: Option<&Text>,
        request: uuid::Uuid,
    ) -> sqlx::Result<i64> {
        let (title, source) = kept.map_or(("", ""), |text| (text.title.as_str(), text.source.as_str()));
        let content = kept.map(|text| text.content.as_str());
        let (bytes, replaced_at) = (content.map_or(0, str::len) as i64, kept.is_none().then_some(self.at));
        let version = sqlx::query_scalar!(
            r#"INSERT INTO memory_versions (tenant_id, owner_id, path, version, title, source, content, bytes, request_id,
                   analysed, made_at, replaced_at, words)
               SELECT $1, $2, $3, coalesce(max(version), 0) + 1, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::tsvector
               FROM memory_versions WHERE tenant_id = $1 AND owner_id = $2 AND path = $3
               RETURNING version"#,
            self.viewer.tenant_id.0,
            self.change.owner.0,
            path.as_str(),
            text(title),
            text(source),
            content.map(text),
            bytes,
            request,
            artel_words::VERSION,
            self.at,
            replaced_at,
            kept.map(|text| self.words(path, text)),
        );
        version.fetch_one(tx).await
    }

    fn words(&self, path: &MemoryPath, text: &Text) -> String {
        let title = format!("{} {}", text.title, path.as_str().replace('/', " "));
        let body = split_head(&text.content).map_or(text.content.as_str(), |(_, body)| body);
        let fields = [(Field::Title, title.as_str()), (Field::Body, text.source.as_str()), (Field::Body, body)];
        tsvector(&shelf(self.viewer, self.change.owner), &fields)
    }
}

fn shelf(viewer: &Viewer, owner: UserId) -> Shelf {
    Shelf::of_user("memory", viewer.tenant_id.0, owner.0)
}

pub(crate) async fn find(
    pool: &PgPool,
    viewer: &Viewer,
    owner: UserId,
    path: &MemoryPath,
) -> sqlx::Result<Option<(MemoryFile, String)>> {
    let (user, path) = (viewer.reads_only().map(|user| user.0), path.as_str());
    let found = sqlx::query!(
        r#"SELECT path, title, source, bytes,
               version, made_at, content AS "content!" FROM memory_versions
           WHERE tenant_id = $1 AND owner_id = $2 AND path = $3 AND replaced_at IS NULL AND ($4::uuid IS NULL OR owner_id = $4)"#,
        viewer.tenant_id.0,
        owner.0,
        path,
        user
    );
    let Some(row) = found.fetch_optional(pool).await? else { return Ok(None) };
    let (path, title, source, bytes, version) = (row.path, row.title, row.source, row.bytes, row.version);
    let file = MemoryRow { path, title, source, bytes, version, made_at: row.made_at };
    Ok(Some((file.try_into()?, row.content)))
}

pub(crate) async fn list(
    pool: &PgPool,
    viewer: &Viewer,
    owner: UserId,
    prefix: &str,
    page: Page,
) -> sqlx::Result<(Vec<MemoryFile>, i64)> {
    let (user, end) = (viewer.reads_only().map(|user| user.0), format!("{}{LAST}", text(prefix)));
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM memory_versions WHERE tenant_id = $1 AND owner_id = $2
               AND path >= $3 AND path < $4 AND replaced_at IS NULL AND ($5::uuid IS NULL OR owner_id = $5)"#,
        viewer.tenant_id.0,
        owner.0,
        text(prefix),
        end,
        user
    );
    let total = total.fetch_one(pool).await?;
    let found = sqlx::query_as!(
        MemoryRow,
        r#"SELECT path, title, source, bytes,
               version, made_at FROM memory_versions WHERE tenant_id = $1 AND owner_id = $2
               AND path >= $3 AND path < $4 AND replaced_at IS NULL AND ($5::uuid IS NULL OR owner_id = $5)
           ORDER BY path LIMIT $6 OFFSET $7"#,
        viewer.tenant_id.0,
        owner.0,
        text(prefix),
        end,
        user,
        i64::from(page.limit),
        i64::from(page.offset),
    );
    let files = found.fetch_all(pool).await?.into_iter().map(MemoryFile::try_from).collect::<sqlx::Result<_>>()?;
    Ok((files, total))
}

pub(crate) async fn versions(
    pool: &PgPool,
    viewer: &Viewer,
    owner: UserId,
    path: &MemoryPath,
) -> sqlx::Result<Vec<MemoryVersion>> {
    let (user, path) = (viewer.reads_only().map(|user| user.0), path.as_str());
    let found = sqlx::query!(
        r#"SELECT version, bytes, made_at FROM memory_versions
           WHERE tenant_id = $1 AND owner_id = $2 AND path = $3 AND content IS NOT NULL AND ($4::uuid IS NULL OR owner_id = $4)
           ORDER BY version DESC"#,
        viewer.tenant_id.0,
        owner.0,
        path,
        user
    );
    let rows = found.fetch_all(pool).await?;
    let read = rows.into_iter().map(|row| -> sqlx::Result<MemoryVersion> {
        let bytes = number(row.bytes)?;
        Ok(MemoryVersion { version: row.version, bytes, updated_at: time(row.made_at) })
    });
    read.collect()
}

pub(crate) async fn forget(pool: &PgPool, before: Timestamp, limit: u32) -> sqlx::Result<u64> {
    let forgotten = sqlx::query!(
        "DELETE FROM memory_versions WHERE id IN (
             SELECT id FROM memory_versions WHERE replaced_at < $1 ORDER BY replaced_at, id LIMIT $2)",
        micros(before),
        i64::from(limit),
    );
    Ok(forgotten.execute(pool).await?.rows_affected())
}

/// A word that few of the files have says more than one that most have. All counts are of this user's files. The words
/// of a file are unpacked once (`whole`), not once for each word of the query.
pub(crate) async fn search(
    pool: &PgPool,
    viewer: &Viewer,
    owner: UserId,
    prefix: &str,
    query: &Query,
    limit: u32,
) -> sqlx::Result<Vec<Found<MemoryFile>>> {
    let (user, end) = (viewer.reads_only().map(|user| user.0), format!("{}{LAST}", text(prefix)));
    let shelf = shelf(viewer, owner);
    let found = sqlx::query!(
        r#"WITH mine AS MATERIALIZED (
               SELECT path, title, source, bytes, version, made_at, words FROM memory_versions
               WHERE words @@ $1::text::tsquery AND tenant_id = $2 AND owner_id = $3 AND path >= $4 AND path < $5
                   AND replaced_at IS NULL AND ($6::uuid IS NULL OR owner_id = $6)),
           hits AS MATERIALIZED (
               SELECT mine.path, found.term, found.rank FROM mine
               CROSS JOIN LATERAL (SELECT mine.words || ''::tsvector AS words OFFSET 0) whole
               CROSS JOIN LATERAL (
                   SELECT term, ts_rank('{0.25, 0.25, 0.25, 1.0}', whole.words, term::tsquery, 1) AS rank
                   FROM unnest($7::text[]) term WHERE whole.words @@ term::tsquery) found),
           terms AS MATERIALIZED (
               SELECT term, ln(1 + ((SELECT count(*) FROM mine) - count(*) + 0.5) / (count(*) + 0.5))::float8 AS weight
               FROM hits GROUP BY term),
           ranks AS MATERIALIZED (
               SELECT hits.path, sum(terms.weight * hits.rank) AS rank FROM hits JOIN terms USING (term) GROUP BY hits.path)
           SELECT mine.path AS "path!", title AS "title!", source AS "source!", bytes AS "bytes!", version AS "version!",
               made_at AS "made_at!", coalesce(ranks.rank, 0) AS "rank!"
           FROM mine LEFT JOIN ranks ON ranks.path = mine.path ORDER BY 7 DESC, mine.path LIMIT $8"#,
        query.tsquery(&shelf),
        viewer.tenant_id.0,
        owner.0,
        text(prefix),
        end,
        user,
        &query.tsqueries(&shelf),
        i64::from(limit),
    );
    let rows = found.fetch_all(pool).await?;
    let read = rows.into_iter().map(|row| -> sqlx::Result<Found<MemoryFile>> {
        let (path, title, source, bytes, version) = (row.path, row.title, row.source, row.bytes, row.version);
        let file = MemoryRow { path, title, source, bytes, version, made_at: row.made_at };
        Ok(Found { item: MemoryFile::try_from(file)?, score: row.rank })
    });
    read.collect()
}
