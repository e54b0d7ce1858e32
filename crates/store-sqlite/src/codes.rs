//! Authorization codes: each makes one login.

use artel_domain::{AuditEntry, FamilyId, TenantId, TokenFamily, UserId};
use artel_store::rotation::completed;
use artel_store::{NewCode, NewFamily, Redeem, Redemption};

use crate::error::Outcome;
use crate::values::{duration_micros, json, micros};
use crate::writer::Tx;
use crate::{families, revoke};

pub(crate) async fn save(tx: &mut Tx, new: &NewCode, audit: &AuditEntry) -> Outcome<bool> {
    let scopes = serde_json::to_string(&new.scopes)?;
    let (created, expires) = (micros(audit.at), micros(new.expires_at));
    let saved = sqlx::query!(
        "INSERT INTO authorization_codes (hash, tenant_id, user_id, client_id, redirect_uri, scopes, challenge, nonce, created_at,
             expires_at)
         SELECT ?1, accounts.tenant_id, accounts.user_id, oauth_clients.id, ?2, ?3, ?4, ?5, ?6, ?7 FROM accounts, oauth_clients
         WHERE accounts.tenant_id = ?8 AND accounts.user_id = ?9 AND accounts.deactivated_at IS NULL
           AND oauth_clients.id = ?10 AND oauth_clients.deactivated_at IS NULL
           AND (oauth_clients.is_first_party OR oauth_clients.tenant_id = accounts.tenant_id)",
        new.hash,
        new.redirect_uri,
        scopes,
        new.challenge,
        new.nonce,
        created,
        expires,
        new.tenant_id.0,
        new.user_id.0,
        new.client_id.0
    );
    if saved.execute(&mut tx.conn).await?.rows_affected() == 0 {
        return Ok(false);
    }
    tx.audit(new.tenant_id, &completed(audit, new.user_id, None, "ok"));
    Ok(true)
}

/// What a code says, and what became of it.
struct Code {
    tenant_id: uuid::Uuid,
    user_id: uuid::Uuid,
    scopes: String,
    nonce: Option<String>,
    is_redeemed: bool,
    /// It was used by who presents it now, and the answer may not have arrived.
    may_repeat: bool,
    expires_at: i64,
    family_id: Option<uuid::Uuid>,
}

pub(crate) async fn redeem(tx: &mut Tx, redeem: &Redeem, audit: &AuditEntry) -> Outcome<Redemption> {
    let Some(code) = find(tx, redeem, micros(audit.at)).await? else { return Ok(Redemption::Unknown) };
    let (tenant, user) = (TenantId(code.tenant_id), UserId(code.user_id));
    let mut family = code.family_id.map(FamilyId);
    let repeated = if code.may_repeat { login_of(tx, redeem, tenant, family).await? } else { None };
    let outcome = if let Some(login) = repeated {
        Redemption::Redeemed(login, code.nonce)
    } else if code.is_redeemed {
        if let Some(family) = family {
            revoke::end(tx, family, micros(audit.at)).await?;
        }
        Redemption::Reused
    } else if code.expires_at <= micros(audit.at) {
        Redemption::Expired
    } else if spend(tx, redeem, micros(audit.at)).await? {
        family = Some(redeem.family_id);
        login(tx, redeem, code, audit).await?
    } else {
        Redemption::Mismatch
    };
    tx.audit(tenant, &completed(audit, user, family, outcome.as_str()));
    Ok(outcome)
}

/// The login that came of the code, while its first token is the live one.
async fn login_of(
    tx: &mut Tx,
    redeem: &Redeem,
    tenant: TenantId,
    family: Option<FamilyId>,
) -> Outcome<Option<TokenFamily>> {
    let found = families::by_token(&mut tx.conn, &redeem.token_hash).await?;
    let is_it =
        |login: &TokenFamily| Some(login.id) == family && login.tenant_id == tenant && login.revoked_at.is_none();
    Ok(found.filter(|(_, lineage)| lineage.current_hash == redeem.token_hash).map(|(login, _)| login).filter(is_it))
}

pub(crate) async fn note_answered(tx: &mut Tx, hash: &str) -> Outcome<()> {
    sqlx::query!("UPDATE authorization_codes SET is_unanswered = 0 WHERE hash = ?1", hash)
        .execute(&mut tx.conn)
        .await?;
    Ok(())
}

async fn find(tx: &mut Tx, redeem: &Redeem, now: i64) -> Outcome<Option<Code>> {
    let since = now - duration_micros(redeem.unanswered_grace);
    let found = sqlx::query_as!(
        Code,
        r#"SELECT tenant_id AS "tenant_id!: uuid::Uuid", user_id AS "user_id!: uuid::Uuid", scopes AS "scopes!: String",
               nonce AS "nonce?: String", redeemed_at IS NOT NULL AS "is_redeemed!: bool", expires_at AS "expires_at!: i64",
               family_id AS "family_id?: uuid::Uuid",
               is_unanswered AND coalesce(redeemed_at, 0) > ?2 AND client_id = ?3 AND redirect_uri = ?4 AND challenge = ?5 AS "may_repeat!: bool"
           FROM authorization_codes WHERE hash = ?1"#,
        redeem.hash,
        since,
        redeem.client_id.0,
        redeem.redirect_uri,
        redeem.challenge
    );
    Ok(found.fetch_optional(&mut tx.conn).await?)
}

/// Uses the code up, if it was made for who presents it.
async fn spend(tx: &mut Tx, redeem: &Redeem, now: i64) -> Outcome<bool> {
    let spent = sqlx::query!(
        "UPDATE authorization_codes SET redeemed_at = ?1, family_id = ?2, is_unanswered = 1
         WHERE hash = ?3 AND client_id = ?4 AND redirect_uri = ?5 AND challenge = ?6 AND redeemed_at IS NULL AND expires_at > ?1",
        now,
        redeem.family_id.0,
        redeem.hash,
        redeem.client_id.0,
        redeem.redirect_uri,
        redeem.challenge
    );
    Ok(spent.execute(&mut tx.conn).await?.rows_affected() > 0)
}

async fn login(tx: &mut Tx, redeem: &Redeem, code: Code, audit: &AuditEntry) -> Outcome<Redemption> {
    let family = TokenFamily {
        id: redeem.family_id,
        tenant_id: TenantId(code.tenant_id),
        user_id: UserId(code.user_id),
        client_id: redeem.client_id.clone(),
        scopes: json("scopes", &code.scopes)?,
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
