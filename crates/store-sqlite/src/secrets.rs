//! Secrets as sealed text; this crate cannot open them.

use artel_domain::{AuditEntry, TenantId};
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::values::micros;
use crate::writer::Tx;

pub(crate) async fn put(tx: &mut Tx, tenant: TenantId, name: &str, sealed: &str, audit: &AuditEntry) -> Outcome<()> {
    let at = micros(audit.at);
    sqlx::query!(
        "INSERT INTO secrets (tenant_id, name, sealed, updated_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (tenant_id, name) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at",
        tenant.0,
        name,
        sealed,
        at
    )
    .execute(&mut tx.conn)
    .await?;
    tx.audit(tenant, audit);
    Ok(())
}

pub(crate) async fn find(reads: &SqlitePool, tenant: TenantId, name: &str) -> Outcome<Option<String>> {
    let found = sqlx::query_scalar!(
        r#"SELECT sealed AS "sealed!: String" FROM secrets WHERE tenant_id = ?1 AND name = ?2"#,
        tenant.0,
        name
    );
    Ok(found.fetch_optional(reads).await?)
}

/// In the order of the alphabet.
pub(crate) async fn list_names(reads: &SqlitePool, tenant: TenantId) -> Outcome<Vec<String>> {
    let found = sqlx::query_scalar!(
        r#"SELECT name AS "name!: String" FROM secrets WHERE tenant_id = ?1 ORDER BY name"#,
        tenant.0
    );
    Ok(found.fetch_all(reads).await?)
}

pub(crate) async fn delete(tx: &mut Tx, tenant: TenantId, name: &str, audit: &AuditEntry) -> Outcome<bool> {
    let deleted = sqlx::query!("DELETE FROM secrets WHERE tenant_id = ?1 AND name = ?2", tenant.0, name)
        .execute(&mut tx.conn)
        .await?;
    if deleted.rows_affected() == 0 {
        return Ok(false);
    }
    tx.audit(tenant, audit);
    Ok(true)
}
