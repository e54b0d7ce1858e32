//! Authorization codes: each makes one login.

use artel_domain::{AuditEntry, FamilyId, TenantId, TokenFamily, UserId};
use artel_store::rotation::completed;
use artel_store::{NewCode, NewFamily, Redeem, Redemption};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::begun::begin;
use crate::values::{duration_micros, json, micros, parsed, text};
use crate::{audit, families, revoke};

pub(crate) async fn save(pool: &PgPool, new: &NewCode, audit: &AuditEntry) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
    let saved = sqlx::query!(
        "INSERT INTO authorization_codes (hash, tenant_id, user_id, client_id, redirect_uri, scopes, challenge, nonce, created_at,
             expires_at)
         SELECT $1, a.tenant_id, a.user_id, c.id, $2, $3, $4, $5, $6, $7 FROM accounts a, oauth_clients c
         WHERE a.tenant_id = $8 AND a.user_id = $9 AND a.deactivated_at IS NULL
           AND c.id = $10 AND c.deactivated_at IS NULL AND (c.is_first_party OR c.tenant_id = a.tenant_id)
         FOR SHARE OF a, c",
        new.hash,
        text(&new.redirect_uri),
        json(&new.scopes)?,
        text(&new.challenge),
        new.nonce.as_deref().map(text),
        micros(audit.at),
        micros(new.expires_at),
        new.tenant_id.0,
        new.user_id.0,
        text(&new.client_id.0),
    );
    if saved.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    audit::append(&mut tx, new.tenant_id, &[completed(audit, new.user_id, None, "ok")]).await?;
    tx.commit().await?;
    Ok(true)
}

/// What a code says, and what became of it.
#[derive(Debug)]
struct Code {
    tenant_id: Uuid,
    user_id: Uuid,
    scopes: String,
    nonce: Option<String>,
    is_redeemed: bool,
    /// It was used by who presents it now, and the answer may not have arrived.
    may_repeat: bool,
    expires_at: i64,
    family_id: Option<Uuid>,
}

pub(crate) async fn redeem(pool: &PgPool, redeem: &Redeem, audit: &AuditEntry) -> sqlx::Result<Redemption> {
    let mut tx = begin(pool).await?;
    let Some(code) = locked(&mut tx, redeem, micros(audit.at)).await? else { return Ok(Redemption::Unknown) };
    let (tenant, user) = (TenantId(code.tenant_id), UserId(code.user_id));
    let mut family = code.family_id.map(FamilyId);
    let repeated = if code.may_repeat { login_of(&mut tx, redeem, tenant, family).await? } else { None };
    let outcome = if let Some(login) = repeated {
        Redemption::Redeemed(login, code.nonce)
    } else if code.is_redeemed {
        if let Some(family) = family {
            revoke::end(&mut tx, family, micros(audit.at)).await?;
        }
        Redemption::Reused
    } else if code.expires_at <= micros(audit.at) {
        Redemption::Expired
    } else if spend(&mut tx, redeem, micros(audit.at)).await? {
        family = Some(redeem.family_id);
        login(&mut tx, redeem, code, audit).await?
    } else {
        Redemption::Mismatch
    };
    audit::append(&mut tx, tenant, &[completed(audit, user, family, outcome.as_str())]).await?;
    tx.commit().await?;
    Ok(outcome)
}

/// The login that came of the code, while its first token is the live one.
async fn login_of(
    tx: &mut PgConnection,
    redeem: &Redeem,
    tenant: TenantId,
    family: Option<FamilyId>,
) -> sqlx::Result<Option<TokenFamily>> {
    let found = families::locked_by_token(tx, &redeem.token_hash).await?;
    let is_it =
        |login: &TokenFamily| Some(login.id) == family && login.tenant_id == tenant && login.revoked_at.is_none();
    Ok(found.filter(|(_, lineage)| lineage.current_hash == redeem.token_hash).map(|(login, _)| login).filter(is_it))
}

pub(crate) async fn note_answered(pool: &PgPool, hash: &str) -> sqlx::Result<()> {
    sqlx::query!("UPDATE authorization_codes SET is_unanswered = false WHERE hash = $1", text(hash))
        .execute(pool)
        .await?;
    Ok(())
}

async fn locked(tx: &mut PgConnection, redeem: &Redeem, now: i64) -> sqlx::Result<Option<Code>> {
    sqlx::query_as!(
        Code,
        r#"SELECT tenant_id, user_id, scopes, nonce, redeemed_at IS NOT NULL AS "is_redeemed!", expires_at, family_id,
               is_unanswered AND coalesce(redeemed_at, 0) > $2 AND client_id = $3 AND redirect_uri = $4 AND challenge = $5 AS "may_repeat!"
           FROM authorization_codes WHERE hash = $1 FOR UPDATE"#,
        text(&redeem.hash),
        now - duration_micros(redeem.unanswered_grace),
        text(&redeem.client_id.0),
        text(&redeem.redirect_uri),
        text(&redeem.challenge),
    )
    .fetch_optional(tx)
    .await
}

/// Uses the code up, if it was made for who presents it.
async fn spend(tx: &mut PgConnection, redeem: &Redeem, now: i64) -> sqlx::Result<bool> {
    let spent = sqlx::query!(
        "UPDATE authorization_codes SET redeemed_at = $1, family_id = $2, is_unanswered = true
         WHERE hash = $3 AND client_id = $4 AND redirect_uri = $5 AND challenge = $6 AND redeemed_at IS NULL AND expires_at > $1",
        now,
        redeem.family_id.0,
        text(&redeem.hash),
        text(&redeem.client_id.0),
        text(&redeem.redirect_uri),
        text(&redeem.challenge),
    );
    Ok(spent.execute(tx).await?.rows_affected() > 0)
}

async fn login(tx: &mut PgConnection, redeem: &Redeem, code: Code, audit: &AuditEntry) -> sqlx::Result<Redemption> {
    let family = TokenFamily {
        id: redeem.family_id,
        tenant_id: TenantId(code.tenant_id),
        user_id: UserId(code.user_id),
        client_id: redeem.client_id.clone(),
        scopes: parsed(&code.scopes)?,
        created_at: audit.at,
        token_expires_at: redeem.token_expires_at.min(redeem.family_expires_at),
        expires_at: redeem.family_expires_at,
        revoked_at: None,
    };
    let new = NewFamily { family, token_hash: redeem.token_hash.clone() };
    Ok(if families::insert(tx, &new).await? {
        Redemption::Redeemed(new.family, code.nonce)
    } else {
        Redemption::Inactive
    })
}
