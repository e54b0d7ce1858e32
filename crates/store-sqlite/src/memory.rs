//! What agents keep for users. A file is the version of its path that nothing has replaced.

use artel_domain::{AuditEntry, MemoryFile, MemoryPath, MemoryVersion, Timestamp, UserId};
use artel_store::memory::{MOST_MEMORY_FILES, MOST_MEMORY_VERSIONS, MOST_REPLACED_VERSIONS};
use artel_store::{Found, MemoryChange, MemoryOutcome, MemoryWhat, Page, Viewer};
use artel_words::{Query, Shelf, fts5, split_head};
use sqlx::SqlitePool;

use crate::error::{Failure, Outcome};
use crate::rows::{MemoryRow, all};
use crate::values::{micros, number, time};
use crate::writer::Tx;

/// Greater than every character, so that `prefix` and this end what begins with `prefix`.
const LAST: char = '\u{10ffff}';

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
    tx: &mut Tx,
    viewer: &Viewer,
    change: &MemoryChange,
    audit: &AuditEntry,
) -> Outcome<MemoryOutcome> {
    if viewer.changes_only().is_some_and(|user| user != change.owner) {
        return Ok(MemoryOutcome::Missing);
    }
    let place = Place { viewer, change, at: micros(audit.at) };
    if let Some(made) = place.made_before(tx).await? {
        return Ok(made);
    }
    let present = place.present(tx, &change.path).await?;
    let version = present.as_ref().map(|present| present.version);
    if change.expected.is_some_and(|expected| expected != version.unwrap_or(0)) {
        return Ok(MemoryOutcome::Conflict { present: version });
    }
    let outcome = place.make(tx, present).await?;
    if let MemoryOutcome::Done { path, version, .. } = &outcome {
        place.trim(tx, path, *version).await?;
        tx.audit(viewer.tenant_id, audit);
    }
    Ok(outcome)
}

impl Place<'_> {
    async fn make(&self, tx: &mut Tx, present: Option<Present>) -> Outcome<MemoryOutcome> {
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
        tx: &mut Tx,
        path: &MemoryPath,
        present: Option<&Present>,
        text: &Text,
    ) -> Outcome<MemoryOutcome> {
        match present {
            Some(present) => self.retire(tx, present.id).await?,
            None if self.count(tx).await? >= i64::from(MOST_MEMORY_FILES) => return Ok(MemoryOutcome::Full),
            None => {}
        }
        let version = self.insert(tx, path, Some(text), self.change.request).await?;
        Ok(MemoryOutcome::Done { path: path.clone(), version, is_new: present.is_none() })
    }

    async fn made_before(&self, tx: &mut Tx) -> Outcome<Option<MemoryOutcome>> {
        let made = sqlx::query!(
            r#"SELECT path AS "path!: String", version AS "version!: i64" FROM memory_versions
               WHERE tenant_id = ?1 AND owner_id = ?2 AND request_id = ?3"#,
            self.viewer.tenant_id.0,
            self.change.owner.0,
            self.change.request
        );
        let Some(made) = made.fetch_optional(&mut tx.conn).await? else { return Ok(None) };
        let path = MemoryPath::parse(&made.path).map_err(Failure::broken)?;
        Ok(Some(MemoryOutcome::Done { path, version: made.version, is_new: false }))
    }

    async fn present(&self, tx: &mut Tx, path: &MemoryPath) -> Outcome<Option<Present>> {
        let path = path.as_str();
        let found = sqlx::query!(
            r#"SELECT id AS "id!: i64", version AS "version!: i64", title AS "title!: String", source AS "source!: String",
                   content AS "content!: String" FROM memory_versions
               WHERE tenant_id = ?1 AND owner_id = ?2 AND path = ?3 AND replaced_at IS NULL"#,
            self.viewer.tenant_id.0,
            self.change.owner.0,
            path
        );
        let found = found.fetch_optional(&mut tx.conn).await?;
        Ok(found.map(|row| Present {
            id: row.id,
            version: row.version,
            text: Text { title: row.title, source: row.source, content: row.content },
        }))
    }

    async fn text_of(&self, tx: &mut Tx, version: i64) -> Outcome<Option<Text>> {
        let path = self.change.path.as_str();
        let found = sqlx::query!(
            r#"SELECT title AS "title!: String", source AS "source!: String", content AS "content!: String" FROM memory_versions
               WHERE tenant_id = ?1 AND owner_id = ?2 AND path = ?3 AND version = ?4 AND content IS NOT NULL"#,
            self.viewer.tenant_id.0,
            self.change.owner.0,
            path,
            version
        );
        let found = found.fetch_optional(&mut tx.conn).await?;
        Ok(found.map(|row| Text { title: row.title, source: row.source, content: row.content }))
    }

    async fn count(&self, tx: &mut Tx) -> Outcome<i64> {
        let count = sqlx::query_scalar!(
            r#"SELECT count(*) AS "n!: i64" FROM memory_versions
               WHERE tenant_id = ?1 AND owner_id = ?2 AND path > '' AND replaced_at IS NULL"#,
            self.viewer.tenant_id.0,
            self.change.owner.0
        );
        Ok(count.fetch_one(&mut tx.conn).await?)
    }

    /// It is not the file any more, and no word finds it.
    async fn retire(&self, tx: &mut Tx, id: i64) -> Outcome<()> {
        sqlx::query!("UPDATE memory_versions SET replaced_at = ?1 WHERE id = ?2", self.at, id)
            .execute(&mut tx.conn)
            .await?;
        sqlx::query!("DELETE FROM memory_words WHERE rowid = ?1", id).execute(&mut tx.conn).await?;
        Ok(())
    }

    /// Old versions beyond the bounds go, the oldest first.
    async fn trim(&self, tx: &mut Tx, path: &MemoryPath, newest: i64) -> Outcome<()> {
        let (path, last) = (path.as_str(), newest - MOST_MEMORY_VERSIONS);
        sqlx::query!(
            "DELETE FROM memory_versions WHERE tenant_id = ?1 AND owner_id = ?2 AND path = ?3 AND version <= ?4
                 AND replaced_at IS NOT NULL",
            self.viewer.tenant_id.0,
            self.change.owner.0,
            path,
            last
        )
        .execute(&mut tx.conn)
        .await?;
        sqlx::query!(
            "DELETE FROM memory_versions WHERE id IN (
                 SELECT id FROM memory_versions WHERE tenant_id = ?1 AND owner_id = ?2 AND replaced_at IS NOT NULL
                 ORDER BY replaced_at DESC, id DESC LIMIT -1 OFFSET ?3)",
            self.viewer.tenant_id.0,
            self.change.owner.0,
            MOST_REPLACED_VERSIONS
        )
        .execute(&mut tx.conn)
        .await?;
        Ok(())
    }

    /// The next version of the path; without a text, the file is gone with it.
    async fn insert(&self, tx: &mut Tx, path: &MemoryPath, text: Option<&Text>, request: uuid::Uuid) -> Outcome<i64> {
        let (title, source) = text.map_or(("", ""), |text| (text.title.as_str(), text.source.as_str()));
        let content = text.map(|text| text.content.as_str());
        let (bytes, replaced_at) = (content.map_or(0, str::len) as i64, text.is_none().then_some(self.at));
        let name = path.as_str();
        let made = sqlx::query!(
            r#"INSERT INTO memory_versions (tenant_id, owner_id, path, version, title, source, content, bytes, request_id,
                   analysed, made_at, replaced_at)
               SELECT ?1, ?2, ?3, coalesce(max(version), 0) + 1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 FROM memory_versions
               WHERE tenant_id = ?1 AND owner_id = ?2 AND path = ?3
               RETURNING id AS "id!: i64", version AS "version!: i64""#,
            self.viewer.tenant_id.0,
            self.change.owner.0,
            name,
            title,
            source,
            content,
            bytes,
            request,
            artel_words::VERSION,
            self.at,
            replaced_at
        );
        let made = made.fetch_one(&mut tx.conn).await?;
        if let Some(text) = text {
            self.index(tx, made.id, path, text).await?;
        }
        Ok(made.version)
    }

    async fn index(&self, tx: &mut Tx, id: i64, path: &MemoryPath, text: &Text) -> Outcome<()> {
        let shelf = shelf(self.viewer, self.change.owner);
        let title = fts5(&shelf, &format!("{} {}", text.title, path.as_str().replace('/', " ")));
        let body = split_head(&text.content).map_or(text.content.as_str(), |(_, body)| body);
        let body = fts5(&shelf, &format!("{} {body}", text.source));
        sqlx::query!("INSERT INTO memory_words (rowid, title, body) VALUES (?1, ?2, ?3)", id, title, body)
            .execute(&mut tx.conn)
            .await?;
        Ok(())
    }
}

fn shelf(viewer: &Viewer, owner: UserId) -> Shelf {
    Shelf::of_user("memory", viewer.tenant_id.0, owner.0)
}

pub(crate) async fn find(
    reads: &SqlitePool,
    viewer: &Viewer,
    owner: UserId,
    path: &MemoryPath,
) -> Outcome<Option<(MemoryFile, String)>> {
    let (user, path) = (viewer.reads_only().map(|user| user.0), path.as_str());
    let found = sqlx::query!(
        r#"SELECT path AS "path!: String", title AS "title!: String", source AS "source!: String", bytes AS "bytes!: i64",
               version AS "version!: i64", made_at AS "made_at!: i64", content AS "content!: String" FROM memory_versions
           WHERE tenant_id = ?1 AND owner_id = ?2 AND path = ?3 AND replaced_at IS NULL AND (?4 IS NULL OR owner_id = ?4)"#,
        viewer.tenant_id.0,
        owner.0,
        path,
        user
    );
    let Some(row) = found.fetch_optional(reads).await? else { return Ok(None) };
    let (path, title, source, bytes, version) = (row.path, row.title, row.source, row.bytes, row.version);
    let file = MemoryRow { path, title, source, bytes, version, made_at: row.made_at };
    Ok(Some((file.try_into()?, row.content)))
}

pub(crate) async fn list(
    reads: &SqlitePool,
    viewer: &Viewer,
    owner: UserId,
    prefix: &str,
    page: Page,
) -> Outcome<(Vec<MemoryFile>, i64)> {
    let (user, end) = (viewer.reads_only().map(|user| user.0), format!("{prefix}{LAST}"));
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM memory_versions WHERE tenant_id = ?1 AND owner_id = ?2
               AND path >= ?3 AND path < ?4 AND replaced_at IS NULL AND (?5 IS NULL OR owner_id = ?5)"#,
        viewer.tenant_id.0,
        owner.0,
        prefix,
        end,
        user
    );
    let total = total.fetch_one(reads).await?;
    let found = sqlx::query_as!(
        MemoryRow,
        r#"SELECT path AS "path!: String", title AS "title!: String", source AS "source!: String", bytes AS "bytes!: i64",
               version AS "version!: i64", made_at AS "made_at!: i64" FROM memory_versions WHERE tenant_id = ?1 AND owner_id = ?2
               AND path >= ?3 AND path < ?4 AND replaced_at IS NULL AND (?5 IS NULL OR owner_id = ?5)
           ORDER BY path LIMIT ?6 OFFSET ?7"#,
        viewer.tenant_id.0,
        owner.0,
        prefix,
        end,
        user,
        page.limit,
        page.offset
    );
    Ok((all(found.fetch_all(reads).await?)?, total))
}

pub(crate) async fn versions(
    reads: &SqlitePool,
    viewer: &Viewer,
    owner: UserId,
    path: &MemoryPath,
) -> Outcome<Vec<MemoryVersion>> {
    let (user, path) = (viewer.reads_only().map(|user| user.0), path.as_str());
    let found = sqlx::query!(
        r#"SELECT version AS "version!: i64", bytes AS "bytes!: i64", made_at AS "made_at!: i64" FROM memory_versions
           WHERE tenant_id = ?1 AND owner_id = ?2 AND path = ?3 AND content IS NOT NULL AND (?4 IS NULL OR owner_id = ?4)
           ORDER BY version DESC"#,
        viewer.tenant_id.0,
        owner.0,
        path,
        user
    );
    let rows = found.fetch_all(reads).await?;
    let read = rows.into_iter().map(|row| -> Outcome<MemoryVersion> {
        let bytes = number("bytes", row.bytes)?;
        Ok(MemoryVersion { version: row.version, bytes, updated_at: time(row.made_at) })
    });
    read.collect()
}

pub(crate) async fn forget(tx: &mut Tx, before: Timestamp, limit: u32) -> Outcome<u64> {
    let before = micros(before);
    let forgotten = sqlx::query!(
        "DELETE FROM memory_versions WHERE id IN (
             SELECT id FROM memory_versions WHERE replaced_at < ?1 ORDER BY replaced_at, id LIMIT ?2)",
        before,
        limit
    );
    Ok(forgotten.execute(&mut tx.conn).await?.rows_affected())
}

pub(crate) async fn search(
    reads: &SqlitePool,
    viewer: &Viewer,
    owner: UserId,
    prefix: &str,
    query: &Query,
    limit: u32,
) -> Outcome<Vec<Found<MemoryFile>>> {
    let (user, end) = (viewer.reads_only().map(|user| user.0), format!("{prefix}{LAST}"));
    let words = query.fts5(&shelf(viewer, owner));
    let found = sqlx::query!(
        r#"SELECT m.path AS "path!: String", m.title AS "title!: String", m.source AS "source!: String", m.bytes AS "bytes!: i64",
               m.version AS "version!: i64", m.made_at AS "made_at!: i64", bm25(memory_words, 4.0, 1.0) AS "rank!: f64"
           FROM memory_words CROSS JOIN memory_versions m ON m.id = memory_words.rowid
           WHERE memory_words MATCH ?1 AND m.tenant_id = ?2 AND m.owner_id = ?3 AND m.path >= ?4 AND m.path < ?5
               AND m.replaced_at IS NULL AND (?6 IS NULL OR m.owner_id = ?6)
           ORDER BY 7, m.path LIMIT ?7"#,
        words,
        viewer.tenant_id.0,
        owner.0,
        prefix,
        end,
        user,
        limit
    );
    let rows = found.fetch_all(reads).await?;
    let read = rows.into_iter().map(|row| -> Outcome<Found<MemoryFile>> {
        let (path, title, source, bytes, version) = (row.path, row.title, row.source, row.bytes, row.version);
        let file = MemoryRow { path, title, source, bytes, version, made_at: row.made_at };
        Ok(Found { item: MemoryFile::try_from(file)?, score: -row.rank })
    });
    read.collect()
}
