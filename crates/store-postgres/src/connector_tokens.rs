//! Tokens that were obtained with credentials, and the leases under which they are made. This crate cannot open them.

use std::time::Duration;

use artel_domain::{CredentialId, TenantId};
use artel_store::{TokenClaim, TokenTurn};
use sqlx::{PgExecutor, PgPool};

use crate::values::duration_micros;

pub(crate) async fn find(pool: &PgPool, tenant: TenantId, credential: CredentialId) -> sqlx::Result<Option<String>> {
    let found = sqlx::query_scalar!(
        "SELECT sealed FROM connector_tokens WHERE tenant_id = $1 AND credential_id = $2",
        tenant.0,
        credential.0
    );
    Ok(found.fetch_optional(pool).await?.flatten())
}

/// The lock on the credential keeps it from being deleted before its token's row is there to be deleted too.
pub(crate) async fn claim(pool: &PgPool, claim: &TokenClaim, lease: Duration) -> sqlx::Result<TokenTurn> {
    let claimed = sqlx::query!(
        "WITH clock AS MATERIALIZED (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now),
             account AS MATERIALIZED (SELECT id FROM credentials WHERE tenant_id = $1 AND id = $2 FOR KEY SHARE)
         INSERT INTO connector_tokens AS t (tenant_id, credential_id, owner, lease_until)
         SELECT $1, account.id, $3::uuid, clock.now + $4::bigint FROM clock, account
         ON CONFLICT (tenant_id, credential_id) DO UPDATE SET owner = excluded.owner, lease_until = excluded.lease_until
         WHERE t.owner IS NULL OR t.owner = excluded.owner OR t.lease_until <= excluded.lease_until - $4::bigint",
        claim.tenant_id.0,
        claim.credential_id.0,
        claim.owner,
        duration_micros(lease)
    );
    if claimed.execute(pool).await?.rows_affected() == 1 {
        return Ok(TokenTurn::Claimed);
    }
    let wait = sqlx::query_scalar!(
        r#"SELECT coalesce(lease_until, 0) - (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS "wait!"
           FROM connector_tokens WHERE tenant_id = $1 AND credential_id = $2"#,
        claim.tenant_id.0,
        claim.credential_id.0
    );
    let wait = wait.fetch_optional(pool).await?;
    Ok(wait.map_or(TokenTurn::CredentialMissing, |micros| {
        TokenTurn::Later(Duration::from_micros(micros.max(0).unsigned_abs()))
    }))
}

pub(crate) async fn save(pool: &PgPool, claim: &TokenClaim, sealed: &str) -> sqlx::Result<bool> {
    let saved = sqlx::query!(
        "UPDATE connector_tokens SET sealed = $4 WHERE tenant_id = $1 AND credential_id = $2 AND owner = $3",
        claim.tenant_id.0,
        claim.credential_id.0,
        claim.owner,
        sealed
    );
    Ok(saved.execute(pool).await?.rows_affected() == 1)
}

pub(crate) async fn release(pool: &PgPool, claim: &TokenClaim) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE connector_tokens SET owner = NULL, lease_until = NULL
         WHERE tenant_id = $1 AND credential_id = $2 AND owner = $3",
        claim.tenant_id.0,
        claim.credential_id.0,
        claim.owner
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Takes the token away, and with it the right of whoever is making another.
pub(crate) async fn forget(db: impl PgExecutor<'_>, tenant: TenantId, credential: CredentialId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM connector_tokens WHERE tenant_id = $1 AND credential_id = $2", tenant.0, credential.0)
        .execute(db)
        .await?;
    Ok(())
}
