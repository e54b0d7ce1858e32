use artel_domain::{TenantId, UserId};
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::writer::Tx;

pub(crate) async fn is_known(reads: &SqlitePool, tenant: TenantId, user: UserId) -> Outcome<bool> {
    let known = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM users WHERE tenant_id = ?1 AND id = ?2) AS "known!: bool""#,
        tenant.0,
        user.0
    );
    Ok(known.fetch_one(reads).await?)
}

pub(crate) async fn ensure(tx: &mut Tx, tenant: TenantId, user: UserId, at: i64) -> Outcome<()> {
    sqlx::query!("INSERT INTO tenants (id, created_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING", tenant.0, at)
        .execute(&mut tx.conn)
        .await?;
    sqlx::query!(
        "INSERT INTO users (tenant_id, id, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        tenant.0,
        user.0,
        at
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn list_tenants(reads: &SqlitePool) -> Outcome<Vec<TenantId>> {
    let found = sqlx::query_scalar!(r#"SELECT id AS "id!: uuid::Uuid" FROM tenants ORDER BY created_at, id"#)
        .fetch_all(reads)
        .await?;
    Ok(found.into_iter().map(TenantId).collect())
}
