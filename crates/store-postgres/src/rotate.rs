//! The one step of a refresh token: a conditional update. Only when that finds nothing to change, the family is looked
//! at.

use artel_domain::{AuditEntry, FamilyId, TenantId, TokenFamily};
use artel_store::rotation::{completed, judge};
use artel_store::{Rotate, Rotation};
use sqlx::{PgConnection, PgPool};

use crate::begun::begin;
use crate::families::{locked_by_token, without_lineage};
use crate::rows::FamilyRow;
use crate::values::{micros, text};
use crate::{audit, revoke};

pub(crate) async fn rotate(pool: &PgPool, rotate: &Rotate, audit: &AuditEntry) -> sqlx::Result<Rotation> {
    let mut tx = begin(pool).await?;
    let (family, outcome) = loop {
        if let Some(family) = spend(&mut tx, rotate, audit).await? {
            break (family.clone(), Rotation::Rotated(family));
        }
        let Some((family, lineage)) = locked_by_token(&mut tx, &rotate.presented_hash).await? else {
            return Ok(Rotation::Unknown);
        };
        // None: it became the live one in between.
        if let Some(verdict) = judge(&family, &lineage, rotate, audit.at) {
            break (family, verdict);
        }
    };
    let outcome = match outcome {
        Rotation::Reused(family) => {
            revoke::end(&mut tx, family.id, micros(audit.at)).await?;
            Rotation::Reused(TokenFamily { revoked_at: Some(audit.at), ..family })
        }
        other => other,
    };
    audit::append(&mut tx, family.tenant_id, &[completed(audit, family.user_id, Some(family.id), outcome.as_str())])
        .await?;
    tx.commit().await?;
    Ok(outcome)
}

pub(crate) async fn note_answered(
    pool: &PgPool,
    tenant: TenantId,
    family: FamilyId,
    token_hash: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE refresh_families SET is_unanswered = false WHERE id = $1 AND tenant_id = $2 AND current_hash = $3",
        family.0,
        tenant.0,
        text(token_hash),
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Puts the successor in the presented token's place, if that is the live one and may be used now.
async fn spend(tx: &mut PgConnection, rotate: &Rotate, audit: &AuditEntry) -> sqlx::Result<Option<TokenFamily>> {
    let row = sqlx::query_as!(
        FamilyRow,
        r#"WITH spent AS (
             UPDATE refresh_families
             SET previous_hash = current_hash, current_hash = $2, rotated_at = $4, token_expires_at = least($5, expires_at),
                 is_unanswered = true
             WHERE current_hash = $1 AND client_id = $3 AND revoked_at IS NULL AND token_expires_at > $4
             RETURNING *
           ), kept AS (
             INSERT INTO refresh_tokens (hash, tenant_id, family_id, parent_hash, created_at)
             SELECT current_hash, tenant_id, id, previous_hash, rotated_at FROM spent
           )
           SELECT id AS "id!", tenant_id AS "tenant_id!", user_id AS "user_id!", client_id AS "client_id!", scopes AS "scopes!",
                  current_hash AS "current_hash!", previous_hash, rotated_at, is_unanswered AS "is_unanswered!", token_expires_at AS "token_expires_at!",
                  expires_at AS "expires_at!", created_at AS "created_at!", revoked_at
           FROM spent"#,
        text(&rotate.presented_hash),
        rotate.successor_hash,
        text(&rotate.client_id.0),
        micros(audit.at),
        micros(rotate.expires_at),
    )
    .fetch_optional(tx)
    .await?;
    row.map(without_lineage).transpose()
}
