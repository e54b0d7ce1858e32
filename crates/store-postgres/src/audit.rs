//! The audit chain: appended to by every transaction that changes something, as its last statement.

use artel_domain::{AuditEntry, AuditRow, TenantId};
use artel_store::{AuditFilter, Result, Viewer};
use async_trait::async_trait;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::batch::Batch;
use crate::begun::begin;
use crate::error::retrying;
use crate::filters::filtered;
use crate::rows::AuditLogRow;
use crate::values::{json, micros, text, time};

/// The columns of new rows, as arrays for one statement.
#[derive(Default)]
struct Columns {
    seq: Vec<i64>,
    user_id: Vec<Option<Uuid>>,
    api_key_id: Vec<Option<Uuid>>,
    ip: Vec<Option<String>>,
    action: Vec<String>,
    entity_type: Vec<String>,
    entity_id: Vec<String>,
    trace_id: Vec<String>,
    outcome: Vec<String>,
    details: Vec<Option<String>>,
    created_at: Vec<i64>,
    hash: Vec<String>,
}

impl Columns {
    fn push(&mut self, row: AuditRow) -> sqlx::Result<()> {
        self.seq.push(row.seq);
        self.user_id.push(row.user_id.map(|id| id.0));
        self.api_key_id.push(row.api_key_id.map(|id| id.0));
        self.ip.push(row.ip);
        self.action.push(row.action);
        self.entity_type.push(row.entity_type);
        self.entity_id.push(row.entity_id);
        self.trace_id.push(row.trace_id);
        self.outcome.push(row.outcome);
        self.details.push(row.details.as_ref().map(json).transpose()?);
        self.created_at.push(micros(row.created_at));
        self.hash.push(row.hash);
        Ok(())
    }
}

/// Appends to the tenant's chain. Must be the last statement before the commit: until then every other audited write of
/// the tenant waits for the chain's head.
pub(crate) async fn append(tx: &mut PgConnection, tenant: TenantId, entries: &[AuditEntry]) -> sqlx::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let (mut seq, mut hash) = lock_head(tx, tenant).await?;
    let mut columns = Columns::default();
    for entry in entries {
        seq += 1;
        let row = AuditRow::chain(tenant, seq, &hash, &storable(entry));
        hash.clone_from(&row.hash);
        columns.push(row)?;
    }
    insert(tx, tenant, &columns, &hash).await
}

/// The entry as the database can keep it; the hash is over what is kept.
fn storable(entry: &AuditEntry) -> AuditEntry {
    let mut entry = entry.clone();
    entry.at = time(micros(entry.at));
    entry.actor.ip = entry.actor.ip.as_deref().map(text);
    entry.entity_id = text(&entry.entity_id);
    entry.trace_id = text(&entry.trace_id);
    entry.outcome = text(&entry.outcome);
    entry
}

/// Length and last hash of the chain, which is now this transaction's to extend.
async fn lock_head(tx: &mut PgConnection, tenant: TenantId) -> sqlx::Result<(i64, String)> {
    loop {
        let head = sqlx::query!("SELECT seq, hash FROM audit_heads WHERE tenant_id = $1 FOR UPDATE", tenant.0)
            .fetch_optional(&mut *tx)
            .await?;
        if let Some(head) = head {
            return Ok((head.seq, head.hash));
        }
        sqlx::query!(
            "INSERT INTO audit_heads (tenant_id, seq, hash) VALUES ($1, 0, '') ON CONFLICT DO NOTHING",
            tenant.0
        )
        .execute(&mut *tx)
        .await?;
    }
}

async fn insert(tx: &mut PgConnection, tenant: TenantId, rows: &Columns, head: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH head AS (UPDATE audit_heads SET seq = seq + cardinality($2::bigint[]), hash = $14 WHERE tenant_id = $1)
         INSERT INTO audit_log (tenant_id, seq, user_id, api_key_id, ip, action, entity_type, entity_id, trace_id, outcome, details,
                                created_at, hash)
         SELECT $1, a.* FROM unnest($2::bigint[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                                    $10::text[], $11::text[], $12::bigint[], $13::text[]) a",
        tenant.0,
        &rows.seq,
        &rows.user_id as &[Option<Uuid>],
        &rows.api_key_id as &[Option<Uuid>],
        &rows.ip as &[Option<String>],
        &rows.action,
        &rows.entity_type,
        &rows.entity_id,
        &rows.trace_id,
        &rows.outcome,
        &rows.details as &[Option<String>],
        &rows.created_at,
        &rows.hash,
        head,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Audit entries without a change of their own.
pub(crate) struct RecordAudit(pub(crate) PgPool);

#[async_trait]
impl Batch for RecordAudit {
    type Item = AuditEntry;
    type Answer = ();

    async fn write(&self, tenant: TenantId, entries: &[AuditEntry]) -> Result<Vec<Result<()>>> {
        retrying(|| record(&self.0, tenant, entries)).await?;
        Ok(entries.iter().map(|_| Ok(())).collect())
    }
}

async fn record(pool: &PgPool, tenant: TenantId, entries: &[AuditEntry]) -> sqlx::Result<()> {
    let mut tx = begin(pool).await?;
    append(&mut tx, tenant, entries).await?;
    tx.commit().await
}

pub(crate) async fn list(pool: &PgPool, viewer: &Viewer, filter: &AuditFilter) -> sqlx::Result<Vec<AuditRow>> {
    let mut tx = filtered(pool).await?;
    let rows = sqlx::query_as!(
        AuditLogRow,
        "SELECT tenant_id, seq, user_id, api_key_id, ip, action, entity_type, entity_id, trace_id, outcome, details, created_at, hash
         FROM audit_log
         WHERE tenant_id = $1
           AND ($2::text IS NULL OR entity_type = $2)
           AND ($3::text IS NULL OR entity_id = $3)
           AND ($4::uuid IS NULL OR user_id = $4)
           AND ($5::bigint IS NULL OR created_at >= $5)
           AND ($6::bigint IS NULL OR created_at <= $6)
           AND ($8::text IS NULL OR action = $8)
           AND ($10::uuid IS NULL OR entity_type = 'session' AND EXISTS (SELECT 1 FROM session_access s
               WHERE s.tenant_id = $1 AND s.id = audit_log.entity_id AND s.owner_id = $10))
           AND ($9::uuid IS NULL OR user_id = $9 OR CASE entity_type
               WHEN 'agent' THEN NOT EXISTS (SELECT 1 FROM agents g
                   WHERE g.id = CASE WHEN audit_log.entity_id ~ '^[0-9a-f-]{36}$' THEN audit_log.entity_id::uuid END
                     AND g.tenant_id = $1 AND g.status = 'draft' AND g.kind = 'custom' AND g.owner_user_id <> $9)
               WHEN 'memory' THEN audit_log.entity_id = $9::text
               WHEN 'task' THEN NOT EXISTS (SELECT 1 FROM tasks t
                   WHERE t.id = CASE WHEN audit_log.entity_id ~ '^[0-9a-f-]{36}$' THEN audit_log.entity_id::uuid END
                     AND t.tenant_id = $1 AND t.owner_id <> $9)
               WHEN 'session' THEN NOT EXISTS (SELECT 1 FROM session_access s
                   WHERE s.tenant_id = $1 AND s.id = audit_log.entity_id AND s.is_private AND s.owner_id IS DISTINCT FROM $9)
               WHEN 'run' THEN NOT EXISTS (SELECT 1 FROM runs r JOIN session_access s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
                   WHERE r.id = CASE WHEN audit_log.entity_id ~ '^[0-9a-f-]{36}$' THEN audit_log.entity_id::uuid END AND s.is_private AND s.owner_id IS DISTINCT FROM $9)
               WHEN 'approval' THEN NOT EXISTS (SELECT 1 FROM approvals p
                   JOIN session_access s ON s.tenant_id = p.tenant_id AND s.id = p.session_id
                   WHERE p.id = CASE WHEN audit_log.entity_id ~ '^[0-9a-f-]{36}$' THEN audit_log.entity_id::uuid END AND s.is_private AND s.owner_id IS DISTINCT FROM $9)
               WHEN 'tool_call' THEN NOT EXISTS (SELECT 1 FROM tool_calls c JOIN runs r ON r.id = c.run_id
                   JOIN session_access s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
                   WHERE c.id = CASE WHEN audit_log.entity_id ~ '^[0-9a-f-]{36}$' THEN audit_log.entity_id::uuid END AND s.is_private AND s.owner_id IS DISTINCT FROM $9)
               ELSE true END)
         ORDER BY seq DESC
         LIMIT $7",
        viewer.tenant_id.0,
        filter.entity_type.as_deref().map(text),
        filter.entity_id.as_deref().map(text),
        filter.user_id.map(|id| id.0),
        filter.since.map(micros),
        filter.until.map(micros),
        i64::from(filter.limit),
        filter.action.as_deref().map(text),
        viewer.reads_only().map(|id| id.0),
        filter.session_owner.map(|id| id.0),
    )
    .fetch_all(&mut *tx)
    .await?;
    rows.into_iter().map(AuditRow::try_from).collect()
}

pub(crate) async fn chain(pool: &PgPool, tenant: TenantId, after_seq: i64, limit: u32) -> sqlx::Result<Vec<AuditRow>> {
    let rows = sqlx::query_as!(
        AuditLogRow,
        "SELECT tenant_id, seq, user_id, api_key_id, ip, action, entity_type, entity_id, trace_id, outcome, details, created_at, hash
         FROM audit_log
         WHERE tenant_id = $1 AND seq > $2
         ORDER BY seq
         LIMIT $3",
        tenant.0,
        after_seq,
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(AuditRow::try_from).collect()
}

pub(crate) async fn head(pool: &PgPool, tenant: TenantId) -> sqlx::Result<Option<(i64, String)>> {
    let head =
        sqlx::query!("SELECT seq, hash FROM audit_heads WHERE tenant_id = $1", tenant.0).fetch_optional(pool).await?;
    Ok(head.map(|head| (head.seq, head.hash)))
}
