//! The one step of a refresh token.

use artel_domain::{AuditEntry, FamilyId, TenantId};
use artel_store::rotation::{completed, judge};
use artel_store::{Rotate, Rotation};

use crate::error::{Failure, Outcome};
use crate::values::micros;
use crate::writer::Tx;
use crate::{families, revoke};

pub(crate) async fn rotate(tx: &mut Tx, rotate: &Rotate, audit: &AuditEntry) -> Outcome<Rotation> {
    let rotated = spend(tx, rotate, micros(audit.at)).await?;
    let Some((family, lineage)) = families::by_token(&mut tx.conn, &rotate.presented_hash).await? else {
        return Ok(Rotation::Unknown);
    };
    let mut outcome = match judge(&family, &lineage, rotate, audit.at) {
        _ if rotated => Rotation::Rotated(family.clone()),
        Some(verdict) => verdict,
        None => return Err(Failure::broken("a live refresh token was not rotated")),
    };
    if let Rotation::Reused(family) = &mut outcome {
        revoke::end(tx, family.id, micros(audit.at)).await?;
        family.revoked_at = Some(audit.at);
    }
    tx.audit(family.tenant_id, &completed(audit, family.user_id, Some(family.id), outcome.as_str()));
    Ok(outcome)
}

pub(crate) async fn note_answered(tx: &mut Tx, tenant: TenantId, family: FamilyId, token_hash: &str) -> Outcome<()> {
    sqlx::query!(
        "UPDATE refresh_families SET is_unanswered = 0 WHERE id = ?1 AND tenant_id = ?2 AND current_hash = ?3",
        family.0,
        tenant.0,
        token_hash
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// Puts the successor in the presented token's place, if that is the live one and may be used now.
async fn spend(tx: &mut Tx, rotate: &Rotate, now: i64) -> Outcome<bool> {
    let expires = micros(rotate.expires_at);
    let spent = sqlx::query!(
        "UPDATE refresh_families
         SET previous_hash = current_hash, current_hash = ?1, rotated_at = ?2, token_expires_at = min(?3, expires_at), is_unanswered = 1
         WHERE current_hash = ?4 AND client_id = ?5 AND revoked_at IS NULL AND token_expires_at > ?2",
        rotate.successor_hash,
        now,
        expires,
        rotate.presented_hash,
        rotate.client_id.0
    );
    if spent.execute(&mut tx.conn).await?.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "INSERT INTO refresh_tokens (hash, tenant_id, family_id, parent_hash, created_at)
         SELECT current_hash, tenant_id, id, previous_hash, rotated_at FROM refresh_families WHERE current_hash = ?1",
        rotate.successor_hash
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(true)
}
