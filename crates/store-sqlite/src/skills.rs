//! Skills of tenants.

use artel_domain::{AuditEntry, Skill, SkillFile, SkillFileSize, SkillHead, SkillId, SkillPath, TenantId};
use artel_store::skills::{MOST_SKILL_BYTES, bytes_of, forgotten_before, refused};
use artel_store::{NewSkill, Page, SkillPatch, SkillWrite, Viewer};
use artel_words::{Query, Shelf, fts5};
use sqlx::{SqliteConnection, SqlitePool};
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::rows::{all, skills};
use crate::values::{micros, number};
use crate::writer::Tx;

pub(crate) async fn create(tx: &mut Tx, tenant: TenantId, new: &NewSkill, audit: &AuditEntry) -> Outcome<SkillWrite> {
    if let Some(there) = load(&mut tx.conn, tenant, new.id).await? {
        return Ok(SkillWrite::Done(Box::new(there)));
    }
    forget(tx, tenant, audit).await?;
    if let Some(refused) = refused(new.bytes(), others(tx, tenant, new.id).await?) {
        return Ok(refused);
    }
    if is_taken(tx, tenant, new.name.as_str(), new.id).await? {
        return Ok(SkillWrite::NameTaken);
    }
    let (name, extra, at) = (new.name.as_str(), serde_json::to_string(&new.extra)?, micros(audit.at));
    sqlx::query!(
        "INSERT INTO skills (id, tenant_id, author_id, name, description, extra, prompt, bytes, is_enabled, analysed, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, ?10)",
        new.id.0,
        tenant.0,
        new.author.0,
        name,
        new.description,
        extra,
        new.prompt,
        new.is_enabled,
        artel_words::VERSION,
        at
    )
    .execute(&mut tx.conn)
    .await?;
    put_files(tx, tenant, new.id, &new.files).await?;
    finish(tx, tenant, new.id, audit).await
}

pub(crate) async fn update(
    tx: &mut Tx,
    viewer: &Viewer,
    id: SkillId,
    patch: &SkillPatch,
    audit: &AuditEntry,
) -> Outcome<SkillWrite> {
    let tenant = viewer.tenant_id;
    let Some(present) = load(&mut tx.conn, tenant, id).await? else { return Ok(SkillWrite::Missing) };
    if is_foreign(viewer, &present) {
        return Ok(SkillWrite::Foreign);
    }
    let name = patch.name.as_ref().unwrap_or(&present.head.name).as_str();
    if is_taken(tx, tenant, name, id).await? {
        return Ok(SkillWrite::NameTaken);
    }
    let prompt = patch.prompt.as_ref().unwrap_or(&present.prompt);
    let of_files = present.files.iter().map(|file| file.bytes).sum();
    let bytes = prompt.len() as u64 + patch.files.as_deref().map_or(of_files, bytes_of);
    if bytes > present.head.bytes
        && let Some(refused) = refused(bytes, others(tx, tenant, id).await?)
    {
        return Ok(refused);
    }
    let description = patch.description.as_ref().unwrap_or(&present.head.description);
    let (is_enabled, at) = (patch.is_enabled.unwrap_or(present.head.is_enabled), micros(audit.at));
    sqlx::query!(
        "UPDATE skills SET name = ?1, description = ?2, prompt = ?3, is_enabled = ?4, updated_at = ?5, analysed = ?6
         WHERE id = ?7 AND tenant_id = ?8",
        name,
        description,
        prompt,
        is_enabled,
        at,
        artel_words::VERSION,
        id.0,
        tenant.0
    )
    .execute(&mut tx.conn)
    .await?;
    if let Some(files) = &patch.files {
        drop_files(tx, tenant, id).await?;
        put_files(tx, tenant, id, files).await?;
    }
    finish(tx, tenant, id, audit).await
}

pub(crate) async fn delete(
    tx: &mut Tx,
    viewer: &Viewer,
    id: SkillId,
    request: Uuid,
    audit: &AuditEntry,
) -> Outcome<SkillWrite> {
    let (tenant, at) = (viewer.tenant_id, micros(audit.at));
    let Some(present) = load(&mut tx.conn, tenant, id).await? else {
        let gone = skills!(
            "'' " + "FROM skills s WHERE s.id = ?1 AND s.tenant_id = ?2 AND s.deleted_by = ?3",
            id.0,
            tenant.0,
            request
        );
        let gone = gone.fetch_optional(&mut tx.conn).await?;
        let gone = gone.map(|row| row.with(Vec::new())).transpose()?;
        return Ok(gone.map_or(SkillWrite::Missing, |skill| SkillWrite::Done(Box::new(skill))));
    };
    if is_foreign(viewer, &present) {
        return Ok(SkillWrite::Foreign);
    }
    drop_words(tx, tenant, id).await?;
    drop_files(tx, tenant, id).await?;
    sqlx::query!(
        "UPDATE skills SET deleted_at = ?1, deleted_by = ?2, prompt = '', bytes = 0 WHERE id = ?3 AND tenant_id = ?4",
        at,
        request,
        id.0,
        tenant.0
    )
    .execute(&mut tx.conn)
    .await?;
    tx.audit(tenant, audit);
    Ok(SkillWrite::Done(Box::new(present)))
}

/// Counts the skill, indexes it, and reads it as it is now.
async fn finish(tx: &mut Tx, tenant: TenantId, id: SkillId, audit: &AuditEntry) -> Outcome<SkillWrite> {
    sqlx::query!(
        "UPDATE skills SET bytes = length(CAST(prompt AS BLOB))
             + (SELECT coalesce(sum(length(f.content)), 0) FROM skill_files f WHERE f.tenant_id = ?2 AND f.skill_id = ?1)
         WHERE id = ?1 AND tenant_id = ?2",
        id.0,
        tenant.0
    )
    .execute(&mut tx.conn)
    .await?;
    drop_words(tx, tenant, id).await?;
    let Some(skill) = load(&mut tx.conn, tenant, id).await? else { return Ok(SkillWrite::Missing) };
    if skill.head.is_enabled {
        let shelf = shelf(tenant);
        let title = fts5(&shelf, &format!("{} {}", skill.head.name, skill.head.description));
        let body = fts5(&shelf, &skill.prompt);
        sqlx::query!(
            "INSERT INTO skill_words (rowid, title, body) SELECT number, ?1, ?2 FROM skills WHERE id = ?3 AND tenant_id = ?4",
            title,
            body,
            id.0,
            tenant.0
        )
        .execute(&mut tx.conn)
        .await?;
    }
    tx.audit(tenant, audit);
    Ok(SkillWrite::Done(Box::new(skill)))
}

fn shelf(tenant: TenantId) -> Shelf {
    Shelf::of_tenant("skill", tenant.0)
}

fn is_foreign(viewer: &Viewer, skill: &Skill) -> bool {
    viewer.reads_only().is_some_and(|user| Some(user) != skill.head.author_id)
}

/// What was deleted so long ago that nobody asks for it again.
async fn forget(tx: &mut Tx, tenant: TenantId, audit: &AuditEntry) -> Outcome<()> {
    let before = micros(forgotten_before(audit.at));
    sqlx::query!("DELETE FROM skills WHERE tenant_id = ?1 AND deleted_at < ?2", tenant.0, before)
        .execute(&mut tx.conn)
        .await?;
    Ok(())
}

async fn others(tx: &mut Tx, tenant: TenantId, id: SkillId) -> Outcome<(i64, u64)> {
    let sum = sqlx::query!(
        r#"SELECT count(*) AS "count!: i64", coalesce(sum(bytes), 0) AS "bytes!: i64" FROM skills
           WHERE tenant_id = ?1 AND name > '' AND id <> ?2 AND deleted_at IS NULL"#,
        tenant.0,
        id.0
    );
    let sum = sum.fetch_one(&mut tx.conn).await?;
    Ok((sum.count, u64::try_from(sum.bytes).unwrap_or(MOST_SKILL_BYTES)))
}

async fn is_taken(tx: &mut Tx, tenant: TenantId, name: &str, id: SkillId) -> Outcome<bool> {
    let taken = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM skills WHERE tenant_id = ?1 AND name = ?2 AND id <> ?3 AND deleted_at IS NULL) AS "is_taken!: bool""#,
        tenant.0,
        name,
        id.0
    );
    Ok(taken.fetch_one(&mut tx.conn).await?)
}

async fn put_files(tx: &mut Tx, tenant: TenantId, id: SkillId, files: &[SkillFile]) -> Outcome<()> {
    for file in files {
        let (path, content) = (file.path.as_str(), file.content.as_slice());
        sqlx::query!(
            "INSERT INTO skill_files (tenant_id, skill_id, path, content) VALUES (?1, ?2, ?3, ?4)",
            tenant.0,
            id.0,
            path,
            content
        )
        .execute(&mut tx.conn)
        .await?;
    }
    Ok(())
}

async fn drop_files(tx: &mut Tx, tenant: TenantId, id: SkillId) -> Outcome<()> {
    sqlx::query!("DELETE FROM skill_files WHERE tenant_id = ?1 AND skill_id = ?2", tenant.0, id.0)
        .execute(&mut tx.conn)
        .await?;
    Ok(())
}

async fn drop_words(tx: &mut Tx, tenant: TenantId, id: SkillId) -> Outcome<()> {
    sqlx::query!(
        "DELETE FROM skill_words WHERE rowid = (SELECT number FROM skills WHERE id = ?1 AND tenant_id = ?2)",
        id.0,
        tenant.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn find(reads: &SqlitePool, tenant: TenantId, id: SkillId) -> Outcome<Option<Skill>> {
    load(&mut *reads.acquire().await?, tenant, id).await
}

async fn load(db: &mut SqliteConnection, tenant: TenantId, id: SkillId) -> Outcome<Option<Skill>> {
    let found = skills!(
        "s.prompt" + "FROM skills s WHERE s.id = ?1 AND s.tenant_id = ?2 AND s.deleted_at IS NULL",
        id.0,
        tenant.0
    );
    let Some(row) = found.fetch_optional(&mut *db).await? else { return Ok(None) };
    let files = sqlx::query!(
        r#"SELECT path AS "path!: String", length(content) AS "bytes!: i64" FROM skill_files
           WHERE tenant_id = ?1 AND skill_id = ?2 ORDER BY path"#,
        tenant.0,
        id.0
    );
    let sizes = files.fetch_all(&mut *db).await?.into_iter().map(|file| -> Outcome<SkillFileSize> {
        let path = SkillPath::parse(&file.path).map_err(Failure::broken)?;
        Ok(SkillFileSize { path, bytes: number("bytes", file.bytes)? })
    });
    row.with(sizes.collect::<Outcome<_>>()?).map(Some)
}

pub(crate) async fn files(reads: &SqlitePool, tenant: TenantId, id: SkillId) -> Outcome<Vec<SkillFile>> {
    let found = sqlx::query!(
        r#"SELECT path AS "path!: String", content AS "content!: Vec<u8>" FROM skill_files
           WHERE tenant_id = ?1 AND skill_id = ?2 ORDER BY path"#,
        tenant.0,
        id.0
    );
    let read = found.fetch_all(reads).await?.into_iter().map(|file| -> Outcome<SkillFile> {
        Ok(SkillFile { path: SkillPath::parse(&file.path).map_err(Failure::broken)?, content: file.content })
    });
    read.collect()
}

pub(crate) async fn list(reads: &SqlitePool, tenant: TenantId, page: Page) -> Outcome<(Vec<SkillHead>, i64)> {
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM skills WHERE tenant_id = ?1 AND name > '' AND deleted_at IS NULL"#,
        tenant.0
    );
    let total = total.fetch_one(reads).await?;
    let found = skills!(
        "''" + "FROM skills s WHERE s.tenant_id = ?1 AND s.name > '' AND s.deleted_at IS NULL ORDER BY s.name LIMIT ?2 OFFSET ?3",
        tenant.0,
        page.limit,
        page.offset
    );
    Ok((all(found.fetch_all(reads).await?)?, total))
}

pub(crate) async fn search(
    reads: &SqlitePool,
    tenant: TenantId,
    query: &Query,
    limit: u32,
) -> Outcome<Vec<(SkillHead, String)>> {
    let words = query.fts5(&shelf(tenant));
    let found = skills!(
        "s.prompt"
            + "FROM skill_words CROSS JOIN skills s ON s.number = skill_words.rowid
           WHERE skill_words MATCH ?1 AND s.tenant_id = ?2 AND s.deleted_at IS NULL AND s.is_enabled
           ORDER BY bm25(skill_words, 4.0, 1.0), s.name LIMIT ?3",
        words,
        tenant.0,
        limit
    );
    let rows = found.fetch_all(reads).await?;
    let read = rows.into_iter().map(|row| -> Outcome<(SkillHead, String)> {
        let prompt = row.prompt.clone();
        Ok((row.try_into()?, prompt))
    });
    read.collect()
}
