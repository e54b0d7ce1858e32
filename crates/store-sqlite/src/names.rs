//! Names as they are compared without case: SQLite folds ASCII only, so that the folded name is a column that this
//! program fills.

use artel_domain::{TenantId, caseless};
use uuid::Uuid;

use crate::error::Outcome;
use crate::store::SqliteStore;
use crate::writer::Tx;

/// Folds the names that an earlier release wrote. There are none but after an upgrade, or while one is under way.
pub(crate) async fn fold_stale(store: &SqliteStore, tenant: TenantId) -> Outcome<()> {
    let stale = sqlx::query!(
        r#"SELECT id AS "id!: Uuid", name AS "name!: String" FROM agents
           WHERE tenant_id = ?1 AND deleted_at IS NULL AND folded_from IS NOT name"#,
        tenant.0
    )
    .fetch_all(&store.reads)
    .await?;
    if stale.is_empty() {
        return Ok(());
    }
    let stale: Vec<(Uuid, String)> = stale.into_iter().map(|row| (row.id, row.name)).collect();
    Ok(store.write(stale, |stale, tx| Box::pin(fold(tx, stale))).await?)
}

async fn fold(tx: &mut Tx, stale: &[(Uuid, String)]) -> Outcome<()> {
    for (id, name) in stale {
        let folded = caseless(name);
        sqlx::query!(
            "UPDATE agents SET folded_name = ?1, folded_from = ?2 WHERE id = ?3 AND name = ?2",
            folded,
            name,
            id
        )
        .execute(&mut tx.conn)
        .await?;
    }
    Ok(())
}
