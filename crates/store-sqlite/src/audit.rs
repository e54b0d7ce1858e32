//! The audit chain: each row carries the hash of the row before it.

use std::collections::HashMap;

use artel_domain::{AuditEntry, AuditRow, TenantId};
use artel_store::{AuditFilter, Viewer};
use sqlx::{SqliteConnection, SqlitePool};

use crate::error::Outcome;
use crate::rows::{AuditLogRow, all};
use crate::values::{hex, micros};

type Heads = HashMap<TenantId, (i64, String)>;

/// Adds the entries to their tenants' chains. The heads are read each time: another process may have written in
/// between.
pub(crate) async fn append(conn: &mut SqliteConnection, audits: &[(TenantId, AuditEntry)]) -> Outcome<()> {
    if audits.is_empty() {
        return Ok(());
    }
    let mut heads = read_heads(conn, audits).await?;
    let mut chained = Vec::with_capacity(audits.len());
    for (tenant, entry) in audits {
        let (seq, hash) = heads.entry(*tenant).or_default();
        let row = AuditRow::chain(*tenant, *seq + 1, hash, entry);
        (*seq, *hash) = (row.seq, row.hash.clone());
        chained.push(row);
    }
    insert(conn, &chained, &heads).await
}

async fn read_heads(conn: &mut SqliteConnection, audits: &[(TenantId, AuditEntry)]) -> Outcome<Heads> {
    let mut tenants: Vec<_> = audits.iter().map(|(tenant, _)| hex(tenant.0)).collect();
    tenants.dedup();
    let tenants = serde_json::to_string(&tenants)?;
    let heads = sqlx::query!(
        r#"SELECT tenant_id AS "tenant_id!: uuid::Uuid", seq AS "seq!: i64", hash AS "hash!: String" FROM audit_heads
           WHERE tenant_id IN (SELECT unhex(value) FROM json_each(?1))"#,
        tenants
    )
    .fetch_all(conn)
    .await?;
    Ok(heads.into_iter().map(|head| (TenantId(head.tenant_id), (head.seq, head.hash))).collect())
}

async fn insert(conn: &mut SqliteConnection, chained: &[AuditRow], heads: &Heads) -> Outcome<()> {
    let rows: Vec<_> = chained
        .iter()
        .map(|row| {
            let who =
                (hex(row.tenant_id.0), row.user_id.map(|id| hex(id.0)), row.api_key_id.map(|id| hex(id.0)), &row.ip);
            let what = (&row.action, &row.entity_type, &row.entity_id, row.details.as_ref().map(ToString::to_string));
            (row.seq, who, what, &row.trace_id, &row.outcome, row.created_at.as_microsecond(), &row.hash)
        })
        .collect();
    let heads: Vec<_> = heads.iter().map(|(tenant, (seq, hash))| (hex(tenant.0), seq, hash)).collect();
    let (rows, heads) = (serde_json::to_string(&rows)?, serde_json::to_string(&heads)?);
    sqlx::query!(
        "INSERT INTO audit_log (seq, tenant_id, user_id, api_key_id, ip, action, entity_type, entity_id, details, trace_id, outcome,
             created_at, hash)
         SELECT value ->> 0, unhex(value ->> '$[1][0]'), unhex(value ->> '$[1][1]'), unhex(value ->> '$[1][2]'), value ->> '$[1][3]',
             value ->> '$[2][0]', value ->> '$[2][1]', value ->> '$[2][2]', value ->> '$[2][3]', value ->> 3, value ->> 4, value ->> 5,
             value ->> 6
         FROM json_each(?);

         INSERT INTO audit_heads (tenant_id, seq, hash) SELECT unhex(value ->> 0), value ->> 1, value ->> 2 FROM json_each(?) WHERE true
         ON CONFLICT (tenant_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
        rows,
        heads
    )
    .execute(conn)
    .await?;
    Ok(())
}

macro_rules! select_audit {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            AuditLogRow,
            r#"SELECT tenant_id AS "tenant_id!: uuid::Uuid", seq AS "seq!: i64", user_id AS "user_id?: uuid::Uuid",
                   api_key_id AS "api_key_id?: uuid::Uuid", ip AS "ip?: String", action AS "action!: String",
                   entity_type AS "entity_type!: String", entity_id AS "entity_id!: String", trace_id AS "trace_id!: String",
                   outcome AS "outcome!: String", details AS "details?: String", created_at AS "created_at!: i64", hash AS "hash!: String"
               FROM audit_log "# + $tail $(, $arg)*
        )
    };
}

/// Newest first.
pub(crate) async fn list(reads: &SqlitePool, viewer: &Viewer, filter: &AuditFilter) -> Outcome<Vec<AuditRow>> {
    let viewing = viewer.reads_only().map(|id| id.0);
    let user = filter.user_id.map(|id| id.0);
    let owner = filter.session_owner.map(|id| id.0);
    let since = filter.since.map(micros);
    let until = filter.until.map(micros);
    let found = select_audit!(
        "WHERE tenant_id = ?1 AND (?2 IS NULL OR entity_type = ?2) AND (?3 IS NULL OR entity_id = ?3) AND (?4 IS NULL OR user_id = ?4)
             AND (?5 IS NULL OR created_at >= ?5) AND (?6 IS NULL OR created_at <= ?6) AND (?8 IS NULL OR action = ?8)
             AND (?10 IS NULL OR entity_type = 'session' AND EXISTS (SELECT 1 FROM session_access s
                 WHERE s.tenant_id = ?1 AND s.id = audit_log.entity_id AND s.owner_id = ?10))
             AND (?9 IS NULL OR user_id = ?9 OR CASE entity_type
                 WHEN 'agent' THEN NOT EXISTS (SELECT 1 FROM agents g WHERE g.id = unhex(replace(audit_log.entity_id, '-', ''))
                     AND g.tenant_id = ?1 AND g.status = 'draft' AND g.kind = 'custom' AND g.owner_user_id <> ?9)
                 WHEN 'memory' THEN unhex(replace(audit_log.entity_id, '-', '')) = ?9
                 WHEN 'task' THEN NOT EXISTS (SELECT 1 FROM tasks t WHERE t.id = unhex(replace(audit_log.entity_id, '-', ''))
                     AND t.tenant_id = ?1 AND t.owner_id <> ?9)
                 WHEN 'session' THEN NOT EXISTS (SELECT 1 FROM session_access s
                     WHERE s.tenant_id = ?1 AND s.id = audit_log.entity_id AND s.is_private AND s.owner_id IS NOT ?9)
                 WHEN 'run' THEN NOT EXISTS (SELECT 1 FROM runs r JOIN session_access s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
                     WHERE r.id = unhex(replace(audit_log.entity_id, '-', '')) AND s.is_private AND s.owner_id IS NOT ?9)
                 WHEN 'approval' THEN NOT EXISTS (SELECT 1 FROM approvals p
                     JOIN session_access s ON s.tenant_id = p.tenant_id AND s.id = p.session_id
                     WHERE p.id = unhex(replace(audit_log.entity_id, '-', '')) AND s.is_private AND s.owner_id IS NOT ?9)
                 WHEN 'tool_call' THEN NOT EXISTS (SELECT 1 FROM tool_calls c JOIN runs r ON r.id = c.run_id
                     JOIN session_access s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
                     WHERE c.id = unhex(replace(audit_log.entity_id, '-', '')) AND s.is_private AND s.owner_id IS NOT ?9)
                 ELSE true END)
         ORDER BY seq DESC LIMIT ?7",
        viewer.tenant_id.0,
        filter.entity_type,
        filter.entity_id,
        user,
        since,
        until,
        filter.limit,
        filter.action,
        viewing,
        owner
    )
    .fetch_all(reads)
    .await?;
    all(found)
}

/// Oldest first.
pub(crate) async fn chain(reads: &SqlitePool, tenant: TenantId, after_seq: i64, limit: u32) -> Outcome<Vec<AuditRow>> {
    let found = select_audit!("WHERE tenant_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3", tenant.0, after_seq, limit)
        .fetch_all(reads)
        .await?;
    all(found)
}

pub(crate) async fn head(reads: &SqlitePool, tenant: TenantId) -> Outcome<Option<(i64, String)>> {
    let head = sqlx::query!(
        r#"SELECT seq AS "seq!: i64", hash AS "hash!: String" FROM audit_heads WHERE tenant_id = ?1"#,
        tenant.0
    )
    .fetch_optional(reads)
    .await?;
    Ok(head.map(|head| (head.seq, head.hash)))
}
