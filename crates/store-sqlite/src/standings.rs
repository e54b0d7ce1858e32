//! Whose access is lost, and whose runs go on without it.

use artel_domain::{Basis, RunId, TenantId, Timestamp};
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::values::{hex, micros};

pub(crate) async fn are_lost(reads: &SqlitePool, bases: &[Basis], now: Timestamp) -> Outcome<Vec<bool>> {
    let (bases, now) = (listed(bases)?, micros(now));
    let lost = sqlx::query_scalar!(
        r#"SELECT (EXISTS (SELECT 1 FROM accounts a
                   WHERE a.user_id = b.user_id AND a.tenant_id = b.tenant_id AND a.deactivated_at IS NOT NULL)
               OR (b.key_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM api_keys k
                   WHERE k.id = b.key_id AND k.tenant_id = b.tenant_id AND k.revoked_at IS NULL
                     AND (k.expires_at IS NULL OR k.expires_at > ?2)))
               OR EXISTS (SELECT 1 FROM api_key_ancestors l JOIN api_keys k ON k.id = l.ancestor_id
                   WHERE l.key_id = b.key_id AND (k.revoked_at IS NOT NULL OR k.expires_at <= ?2))
               OR (b.family_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM refresh_families f
                   WHERE f.id = b.family_id AND f.tenant_id = b.tenant_id AND f.revoked_at IS NULL))
               OR (b.client_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM oauth_clients c
                   WHERE c.id = b.client_id AND c.deactivated_at IS NULL))) AS "lost!: bool"
           FROM (SELECT key AS place, unhex(value ->> 0) AS tenant_id, unhex(value ->> 1) AS user_id,
                     unhex(value ->> 2) AS key_id, unhex(value ->> 3) AS family_id, value ->> 4 AS client_id
                 FROM json_each(?1)) b
           ORDER BY b.place"#,
        bases,
        now
    );
    Ok(lost.fetch_all(reads).await?)
}

/// As lists of tenant, user, key, login and client.
fn listed(bases: &[Basis]) -> Outcome<String> {
    let row = |basis: &Basis| {
        (
            hex(basis.tenant_id.0),
            hex(basis.user_id.0),
            basis.api_key_id.map(|key| hex(key.0)),
            basis.family_id.map(|family| hex(family.0)),
            basis.client_id.clone(),
        )
    };
    Ok(serde_json::to_string(&bases.iter().map(row).collect::<Vec<_>>())?)
}

pub(crate) async fn runs(reads: &SqlitePool, limit: u32) -> Outcome<Vec<(TenantId, RunId)>> {
    let rows = sqlx::query!(
        r#"SELECT r.tenant_id AS "tenant_id!: uuid::Uuid", r.id AS "id!: uuid::Uuid" FROM runs r
           WHERE r.phase IN ('queued', 'running', 'waiting_for_approval') AND r.is_head > 0 AND r.cancel_requested = 0
             AND (EXISTS (SELECT 1 FROM api_keys k
                     WHERE k.id = unhex(replace(r.principal ->> '$.api_key_id', '-', '')) AND k.tenant_id = r.tenant_id
                       AND k.revoked_at IS NOT NULL)
                 OR EXISTS (SELECT 1 FROM api_key_ancestors l JOIN api_keys k ON k.id = l.ancestor_id
                     WHERE l.key_id = unhex(replace(r.principal ->> '$.api_key_id', '-', ''))
                       AND k.revoked_at IS NOT NULL)
                 OR EXISTS (SELECT 1 FROM accounts a
                     WHERE a.user_id = unhex(replace(r.principal ->> '$.user_id', '-', '')) AND a.tenant_id = r.tenant_id
                       AND a.deactivated_at IS NOT NULL)
                 OR EXISTS (SELECT 1 FROM oauth_clients c
                     WHERE c.id = r.principal ->> '$.client_id' AND c.deactivated_at IS NOT NULL))
           LIMIT ?1"#,
        limit
    );
    Ok(rows.fetch_all(reads).await?.into_iter().map(|row| (TenantId(row.tenant_id), RunId(row.id))).collect())
}
