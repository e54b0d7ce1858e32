//! Whose access is lost, and whose runs go on without it.

use artel_domain::{Basis, RunId, TenantId, Timestamp};
use sqlx::PgPool;
use uuid::Uuid;

use crate::values::{micros, text};

pub(crate) async fn are_lost(pool: &PgPool, bases: &[Basis], now: Timestamp) -> sqlx::Result<Vec<bool>> {
    let ids = |of: fn(&Basis) -> Option<Uuid>| bases.iter().map(of).collect::<Vec<_>>();
    let clients: Vec<_> = bases.iter().map(|basis| basis.client_id.as_ref().map(|id| text(&id.0))).collect();
    sqlx::query_scalar!(
        r#"SELECT (EXISTS (SELECT 1 FROM accounts a
                   WHERE a.user_id = b.user_id AND a.tenant_id = b.tenant_id AND a.deactivated_at IS NOT NULL)
               OR (b.key_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM api_keys k
                   WHERE k.id = b.key_id AND k.tenant_id = b.tenant_id AND k.revoked_at IS NULL
                     AND (k.expires_at IS NULL OR k.expires_at > $6)))
               OR EXISTS (SELECT 1 FROM api_key_ancestors l JOIN api_keys k ON k.id = l.ancestor_id
                   WHERE l.key_id = b.key_id AND (k.revoked_at IS NOT NULL OR k.expires_at <= $6))
               OR (b.family_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM refresh_families f
                   WHERE f.id = b.family_id AND f.tenant_id = b.tenant_id AND f.revoked_at IS NULL))
               OR (b.client_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM oauth_clients c
                   WHERE c.id = b.client_id AND c.deactivated_at IS NULL))) AS "lost!"
           FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[]) WITH ORDINALITY
               AS b (tenant_id, user_id, key_id, family_id, client_id, place)
           ORDER BY b.place"#,
        &ids(|basis| Some(basis.tenant_id.0)) as &[Option<Uuid>],
        &ids(|basis| Some(basis.user_id.0)) as &[Option<Uuid>],
        &ids(|basis| basis.api_key_id.map(|key| key.0)) as &[Option<Uuid>],
        &ids(|basis| basis.family_id.map(|family| family.0)) as &[Option<Uuid>],
        &clients as &[Option<String>],
        micros(now),
    )
    .fetch_all(pool)
    .await
}

/// Each phase by an index of its own: only runs that are not over are looked at.
pub(crate) async fn runs(pool: &PgPool, limit: u32) -> sqlx::Result<Vec<(TenantId, RunId)>> {
    let rows = sqlx::query!(
        r#"WITH open AS (
               SELECT tenant_id, id, principal, cancel_requested FROM runs WHERE phase = 'running'
               UNION ALL
               SELECT tenant_id, id, principal, cancel_requested FROM runs WHERE phase = 'waiting_for_approval'
               UNION ALL
               SELECT tenant_id, id, principal, cancel_requested FROM runs WHERE phase = 'queued' AND is_head > 0
           )
           SELECT r.tenant_id AS "tenant_id!", r.id AS "id!" FROM open r
           WHERE NOT r.cancel_requested
             AND (EXISTS (SELECT 1 FROM api_keys k
                     WHERE k.id = substring(r.principal FROM '"api_key_id":"([0-9a-f-]{36})"')::uuid
                       AND k.tenant_id = r.tenant_id AND k.revoked_at IS NOT NULL)
                 OR EXISTS (SELECT 1 FROM api_key_ancestors l JOIN api_keys k ON k.id = l.ancestor_id
                     WHERE l.key_id = substring(r.principal FROM '"api_key_id":"([0-9a-f-]{36})"')::uuid
                       AND k.revoked_at IS NOT NULL)
                 OR EXISTS (SELECT 1 FROM accounts a
                     WHERE a.user_id = substring(r.principal FROM '"user_id":"([0-9a-f-]{36})"')::uuid
                       AND a.tenant_id = r.tenant_id AND a.deactivated_at IS NOT NULL)
                 OR EXISTS (SELECT 1 FROM oauth_clients c
                     WHERE c.id = substring(r.principal FROM '"client_id":"([^"]+)"') AND c.deactivated_at IS NOT NULL))
           LIMIT $1"#,
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (TenantId(row.tenant_id), RunId(row.id))).collect())
}
