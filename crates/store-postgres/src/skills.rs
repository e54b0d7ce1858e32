//! Skills of tenants.

use artel_domain::{AuditEntry, Skill, SkillFile, SkillFileSize, SkillHead, SkillId, SkillPath, TenantId};
use artel_store::skills::{MOST_SKILL_BYTES, bytes_of, forgotten_before, refused};
use artel_store::{NewSkill, Page, SkillPatch, SkillWrite, Viewer};
use artel_words::{Field, Query, Shelf, tsvector};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::audit;
use crate::begun::begin;
use crate::rows::skills;
use crate::values::{json, micros, number, text};

pub(crate) async fn create(
    pool: &PgPool,
    tenant: TenantId,
    new: &NewSkill,
    audit: &AuditEntry,
) -> sqlx::Result<SkillWrite> {
    let mut tx = begin(pool).await?;
    lock(&mut tx, tenant).await?;
    if let Some(there) = load(&mut tx, tenant, new.id).await? {
        return Ok(SkillWrite::Done(Box::new(there)));
    }
    forget(&mut tx, tenant, audit).await?;
    if let Some(refused) = refused(new.bytes(), others(&mut tx, tenant, new.id).await?) {
        return Ok(refused);
    }
    if is_taken(&mut tx, tenant, new.name.as_str(), new.id).await? {
        return Ok(SkillWrite::NameTaken);
    }
    sqlx::query!(
        "INSERT INTO skills (id, tenant_id, author_id, name, description, extra, prompt, bytes, is_enabled, analysed, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10)",
        new.id.0,
        tenant.0,
        new.author.0,
        new.name.as_str(),
        text(&new.description),
        json(&new.extra)?,
        text(&new.prompt),
        new.is_enabled,
        artel_words::VERSION,
        micros(audit.at),
    )
    .execute(&mut *tx)
    .await?;
    put_files(&mut tx, tenant, new.id, &new.files).await?;
    let written = finish(&mut tx, tenant, new.id, audit).await?;
    tx.commit().await?;
    Ok(written)
}

pub(crate) async fn update(
    pool: &PgPool,
    viewer: &Viewer,
    id: SkillId,
    patch: &SkillPatch,
    audit: &AuditEntry,
) -> sqlx::Result<SkillWrite> {
    let tenant = viewer.tenant_id;
    let mut tx = begin(pool).await?;
    lock(&mut tx, tenant).await?;
    let Some(present) = load(&mut tx, tenant, id).await? else { return Ok(SkillWrite::Missing) };
    if is_foreign(viewer, &present) {
        return Ok(SkillWrite::Foreign);
    }
    let name = patch.name.as_ref().unwrap_or(&present.head.name).as_str();
    if is_taken(&mut tx, tenant, name, id).await? {
        return Ok(SkillWrite::NameTaken);
    }
    let prompt = patch.prompt.as_ref().unwrap_or(&present.prompt);
    let of_files = present.files.iter().map(|file| file.bytes).sum();
    let bytes = prompt.len() as u64 + patch.files.as_deref().map_or(of_files, bytes_of);
    if bytes > present.head.bytes
        && let Some(refused) = refused(bytes, others(&mut tx, tenant, id).await?)
    {
        return Ok(refused);
    }
    sqlx::query!(
        "UPDATE skills SET name = $1, description = $2, prompt = $3, is_enabled = $4, updated_at = $5, analysed = $6
         WHERE id = $7 AND tenant_id = $8",
        name,
        text(patch.description.as_ref().unwrap_or(&present.head.description)),
        text(prompt),
        patch.is_enabled.unwrap_or(present.head.is_enabled),
        micros(audit.at),
        artel_words::VERSION,
        id.0,
        tenant.0,
    )
    .execute(&mut *tx)
    .await?;
    if let Some(files) = &patch.files {
        drop_files(&mut tx, tenant, id).await?;
        put_files(&mut tx, tenant, id, files).await?;
    }
    let written = finish(&mut tx, tenant, id, audit).await?;
    tx.commit().await?;
    Ok(written)
}

pub(crate) async fn delete(
    pool: &PgPool,
    viewer: &Viewer,
    id: SkillId,
    request: Uuid,
    audit: &AuditEntry,
) -> sqlx::Result<SkillWrite> {
    let tenant = viewer.tenant_id;
    let mut tx = begin(pool).await?;
    lock(&mut tx, tenant).await?;
    let Some(present) = load(&mut tx, tenant, id).await? else {
        let gone = skills!(
            "''" + "FROM skills s WHERE s.id = $1 AND s.tenant_id = $2 AND s.deleted_by = $3",
            id.0,
            tenant.0,
            request
        );
        let gone = gone.fetch_optional(&mut *tx).await?.map(|row| row.with(Vec::new())).transpose()?;
        return Ok(gone.map_or(SkillWrite::Missing, |skill| SkillWrite::Done(Box::new(skill))));
    };
    if is_foreign(viewer, &present) {
        return Ok(SkillWrite::Foreign);
    }
    drop_files(&mut tx, tenant, id).await?;
    sqlx::query!(
        "UPDATE skills SET deleted_at = $1, deleted_by = $2, prompt = '', bytes = 0, words = NULL
         WHERE id = $3 AND tenant_id = $4",
        micros(audit.at),
        request,
        id.0,
        tenant.0,
    )
    .execute(&mut *tx)
    .await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(SkillWrite::Done(Box::new(present)))
}

/// Changes of one tenant's skills come one after the other, so that together they keep their limits.
async fn lock(tx: &mut PgConnection, tenant: TenantId) -> sqlx::Result<()> {
    let shelf = shelf(tenant).to_string();
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", shelf).execute(tx).await?;
    Ok(())
}

/// Counts the skill, indexes it, and reads it as it is now.
async fn finish(tx: &mut PgConnection, tenant: TenantId, id: SkillId, audit: &AuditEntry) -> sqlx::Result<SkillWrite> {
    sqlx::query!(
        "UPDATE skills SET bytes = octet_length(prompt)
             + (SELECT coalesce(sum(octet_length(f.content)), 0) FROM skill_files f WHERE f.tenant_id = $2 AND f.skill_id = $1)
         WHERE id = $1 AND tenant_id = $2",
        id.0,
        tenant.0
    )
    .execute(&mut *tx)
    .await?;
    let Some(skill) = load(&mut *tx, tenant, id).await? else { return Ok(SkillWrite::Missing) };
    sqlx::query!(
        "UPDATE skills SET words = $1::text::tsvector WHERE id = $2 AND tenant_id = $3",
        skill.head.is_enabled.then(|| words(tenant, &skill)),
        id.0,
        tenant.0
    )
    .execute(&mut *tx)
    .await?;
    audit::append(tx, tenant, std::slice::from_ref(audit)).await?;
    Ok(SkillWrite::Done(Box::new(skill)))
}

fn words(tenant: TenantId, skill: &Skill) -> String {
    let title = format!("{} {}", skill.head.name, skill.head.description);
    tsvector(&shelf(tenant), &[(Field::Title, title.as_str()), (Field::Body, skill.prompt.as_str())])
}

fn shelf(tenant: TenantId) -> Shelf {
    Shelf::of_tenant("skill", tenant.0)
}

fn is_foreign(viewer: &Viewer, skill: &Skill) -> bool {
    viewer.reads_only().is_some_and(|user| Some(user) != skill.head.author_id)
}

/// What was deleted so long ago that nobody asks for it again.
async fn forget(tx: &mut PgConnection, tenant: TenantId, audit: &AuditEntry) -> sqlx::Result<()> {
    let before = micros(forgotten_before(audit.at));
    sqlx::query!("DELETE FROM skills WHERE tenant_id = $1 AND deleted_at < $2", tenant.0, before)
        .execute(&mut *tx)
        .await?;
    Ok(())
}

async fn others(tx: &mut PgConnection, tenant: TenantId, id: SkillId) -> sqlx::Result<(i64, u64)> {
    let sum = sqlx::query!(
        r#"SELECT count(*) AS "count!", coalesce(sum(bytes), 0)::bigint AS "bytes!" FROM skills
           WHERE tenant_id = $1 AND name > '' AND id <> $2 AND deleted_at IS NULL"#,
        tenant.0,
        id.0
    );
    let sum = sum.fetch_one(&mut *tx).await?;
    Ok((sum.count, u64::try_from(sum.bytes).unwrap_or(MOST_SKILL_BYTES)))
}

async fn is_taken(tx: &mut PgConnection, tenant: TenantId, name: &str, id: SkillId) -> sqlx::Result<bool> {
    let taken = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM skills WHERE tenant_id = $1 AND name = $2 AND id <> $3 AND deleted_at IS NULL) AS "is_taken!""#,
        tenant.0,
        name,
        id.0
    );
    taken.fetch_one(&mut *tx).await
}

async fn put_files(tx: &mut PgConnection, tenant: TenantId, id: SkillId, files: &[SkillFile]) -> sqlx::Result<()> {
    for file in files {
        sqlx::query!(
            "INSERT INTO skill_files (tenant_id, skill_id, path, content) VALUES ($1, $2, $3, $4)",
            tenant.0,
            id.0,
            file.path.as_str(),
            file.content.as_slice()
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

async fn drop_files(tx: &mut PgConnection, tenant: TenantId, id: SkillId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM skill_files WHERE tenant_id = $1 AND skill_id = $2", tenant.0, id.0)
        .execute(&mut *tx)
        .await?;
    Ok(())
}

pub(crate) async fn find(pool: &PgPool, tenant: TenantId, id: SkillId) -> sqlx::Result<Option<Skill>> {
    load(&mut *pool.acquire().await?, tenant, id).await
}

async fn load(db: &mut PgConnection, tenant: TenantId, id: SkillId) -> sqlx::Result<Option<Skill>> {
    let found = skills!(
        "s.prompt" + "FROM skills s WHERE s.id = $1 AND s.tenant_id = $2 AND s.deleted_at IS NULL",
        id.0,
        tenant.0
    );
    let Some(row) = found.fetch_optional(&mut *db).await? else { return Ok(None) };
    let files = sqlx::query!(
        r#"SELECT path, octet_length(content)::bigint AS "bytes!" FROM skill_files
           WHERE tenant_id = $1 AND skill_id = $2 ORDER BY path"#,
        tenant.0,
        id.0
    );
    let sizes = files.fetch_all(&mut *db).await?.into_iter().map(|file| -> sqlx::Result<SkillFileSize> {
        let path = SkillPath::parse(&file.path).map_err(|error| sqlx::Error::Decode(error.into()))?;
        Ok(SkillFileSize { path, bytes: number(file.bytes)? })
    });
    row.with(sizes.collect::<sqlx::Result<_>>()?).map(Some)
}

pub(crate) async fn files(pool: &PgPool, tenant: TenantId, id: SkillId) -> sqlx::Result<Vec<SkillFile>> {
    let found = sqlx::query!(
        r#"SELECT path, content FROM skill_files
           WHERE tenant_id = $1 AND skill_id = $2 ORDER BY path"#,
        tenant.0,
        id.0
    );
    let read = found.fetch_all(pool).await?.into_iter().map(|file| -> sqlx::Result<SkillFile> {
        Ok(SkillFile {
            path: SkillPath::parse(&file.path).map_err(|error| sqlx::Error::Decode(error.into()))?,
            content: file.content,
        })
    });
    read.collect()
}

pub(crate) async fn list(pool: &PgPool, tenant: TenantId, page: Page) -> sqlx::Result<(Vec<SkillHead>, i64)> {
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM skills WHERE tenant_id = $1 AND name > '' AND deleted_at IS NULL"#,
        tenant.0
    );
    let total = total.fetch_one(pool).await?;
    let found = skills!(
        "''" + "FROM skills s WHERE s.tenant_id = $1 AND s.name > '' AND s.deleted_at IS NULL ORDER BY s.name LIMIT $2 OFFSET $3",
        tenant.0,
        i64::from(page.limit),
        i64::from(page.offset)
    );
    let heads = found.fetch_all(pool).await?.into_iter().map(SkillHead::try_from).collect::<sqlx::Result<_>>()?;
    Ok((heads, total))
}

/// What has more of the words, and has them in its name or description, comes first.
pub(crate) async fn search(
    pool: &PgPool,
    tenant: TenantId,
    query: &Query,
    limit: u32,
) -> sqlx::Result<Vec<(SkillHead, String)>> {
    let found = skills!(
        "s.prompt"
            + "FROM skills s
           WHERE s.words @@ $1::text::tsquery AND s.tenant_id = $2 AND s.deleted_at IS NULL AND s.is_enabled
           ORDER BY ts_rank('{0.25, 0.25, 0.25, 1.0}', s.words, $1::text::tsquery, 1) DESC, s.name LIMIT $3",
        query.tsquery(&shelf(tenant)),
        tenant.0,
        i64::from(limit)
    );
    let rows = found.fetch_all(pool).await?;
    let read = rows.into_iter().map(|row| -> sqlx::Result<(SkillHead, String)> {
        let prompt = row.prompt.clone();
        Ok((row.try_into()?, prompt))
    });
    read.collect()
}
