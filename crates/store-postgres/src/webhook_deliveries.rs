//! Messages to tenants' own servers: from what happened, over each attempt, to what came of it.

use std::collections::BTreeSet;

use artel_domain::{
    AuditEntry, Notice, TenantId, Timestamp, WebhookDelivery, WebhookDeliveryId, WebhookDeliveryState,
    WebhookEndpointId,
};
use artel_store::tasks::UNREADABLE_FOR;
use artel_store::{AttemptEnd, ClaimedDelivery, DeliveryClaim, Page, SpreadNotice};
use sqlx::{PgConnection, PgExecutor, PgPool};
use uuid::Uuid;

use crate::audit;
use crate::begun::begin;
use crate::rows::{NoticeRow, WebhookDeliveryRow, readable, webhook_deliveries};
use crate::values::{duration_micros, json, micros, text};

pub(crate) async fn send_test(
    pool: &PgPool,
    delivery: &WebhookDelivery,
    audit: &AuditEntry,
) -> sqlx::Result<Option<WebhookDelivery>> {
    let mut tx = begin(pool).await?;
    let is_new = insert(&mut *tx, delivery).await?;
    let found = find(&mut *tx, delivery.tenant_id, delivery.endpoint_id, delivery.id).await?;
    if is_new {
        audit::append(&mut tx, delivery.tenant_id, std::slice::from_ref(audit)).await?;
    }
    tx.commit().await?;
    Ok(found)
}

/// To an endpoint that is switched on. Its row is locked, so that switching it off sees the message or is seen.
async fn insert(db: impl PgExecutor<'_>, delivery: &WebhookDelivery) -> sqlx::Result<bool> {
    let inserted = sqlx::query!(
        "INSERT INTO webhook_deliveries (id, tenant_id, endpoint_id, event, payload, state, attempts, log, next_at, created_at)
         SELECT $1, e.tenant_id, e.id, $4, $5, 'pending', 0, '[]', $6, $6
         FROM webhook_endpoints e WHERE e.id = $3 AND e.tenant_id = $2 AND e.is_enabled FOR SHARE
         ON CONFLICT DO NOTHING",
        delivery.id.0,
        delivery.tenant_id.0,
        delivery.endpoint_id.0,
        delivery.event.as_str(),
        delivery.payload,
        micros(delivery.created_at)
    );
    Ok(inserted.execute(db).await?.rows_affected() > 0)
}

async fn find(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    endpoint: WebhookEndpointId,
    delivery: WebhookDeliveryId,
) -> sqlx::Result<Option<WebhookDelivery>> {
    let found = webhook_deliveries!(
        "SELECT",
        "FROM webhook_deliveries WHERE id = $1 AND tenant_id = $2 AND endpoint_id = $3",
        delivery.0,
        tenant.0,
        endpoint.0
    );
    found.fetch_optional(db).await?.map(WebhookDelivery::try_from).transpose()
}

pub(crate) async fn list(
    pool: &PgPool,
    tenant: TenantId,
    endpoint: WebhookEndpointId,
    state: Option<WebhookDeliveryState>,
    page: Page,
) -> sqlx::Result<(Vec<WebhookDelivery>, i64)> {
    let state = state.map(WebhookDeliveryState::as_str);
    let found = webhook_deliveries!(
        "SELECT",
        "FROM webhook_deliveries WHERE tenant_id = $1 AND endpoint_id = $2 AND ($3::text IS NULL OR state = $3)
         ORDER BY created_at DESC, id DESC LIMIT $4 OFFSET $5",
        tenant.0,
        endpoint.0,
        state,
        i64::from(page.limit),
        i64::from(page.offset)
    );
    let found = found.fetch_all(pool).await?.into_iter().map(WebhookDelivery::try_from).collect::<sqlx::Result<_>>()?;
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM webhook_deliveries
           WHERE tenant_id = $1 AND endpoint_id = $2 AND ($3::text IS NULL OR state = $3)"#,
        tenant.0,
        endpoint.0,
        state
    );
    Ok((found, total.fetch_one(pool).await?))
}

pub(crate) async fn retry(
    pool: &PgPool,
    tenant: TenantId,
    endpoint: WebhookEndpointId,
    delivery: WebhookDeliveryId,
    audit: &AuditEntry,
) -> sqlx::Result<Option<WebhookDelivery>> {
    let mut tx = begin(pool).await?;
    let due = sqlx::query!(
        "WITH place AS (SELECT id FROM webhook_endpoints WHERE id = $3 AND tenant_id = $2 AND is_enabled FOR SHARE)
         UPDATE webhook_deliveries w SET state = 'pending', next_at = $4 FROM place
         WHERE w.id = $1 AND w.tenant_id = $2 AND w.endpoint_id = place.id AND w.state <> 'sending'",
        delivery.0,
        tenant.0,
        endpoint.0,
        micros(audit.at)
    );
    let is_due = due.execute(&mut *tx).await?.rows_affected() > 0;
    let found = find(&mut *tx, tenant, endpoint, delivery).await?;
    if is_due {
        audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    }
    tx.commit().await?;
    Ok(found.filter(|found| is_due || found.state == WebhookDeliveryState::Sending))
}

/// What did not arrive by now does not any more.
pub(crate) async fn drop_pending(db: impl PgExecutor<'_>, endpoint: WebhookEndpointId) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE webhook_deliveries SET state = 'dropped', next_at = NULL WHERE endpoint_id = $1 AND next_at IS NOT NULL",
        endpoint.0
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn pending_notices(pool: &PgPool, now: Timestamp, limit: u32) -> sqlx::Result<Vec<Notice>> {
    let rows = sqlx::query_as!(
        NoticeRow,
        r#"SELECT n.tenant_id AS "tenant_id!", n.subject_id AS "subject_id!", n.event AS "event!", n.state AS "state!", n.at AS "at!",
               r.id AS "run_id?", coalesce(a.agent_id, r.agent_id) AS agent_id,
               CASE WHEN NOT s.is_private THEN r.session_id END AS session_id, r.principal AS "principal?",
               r.parent_run_id AS "parent_run_id?", r.error_code AS "error_code?", r.created_at AS "run_created_at?",
               a.name AS "tool_name?", a.decision AS "decision?", a.decided_by AS "decided_by?",
               a.created_at AS "asked_at?", a.expires_at AS "expires_at?"
           FROM (SELECT tenant_id, subject_id, event, state, at FROM notices
                 WHERE put_back_until IS NULL OR put_back_until <= $2 ORDER BY at LIMIT $1) n
           LEFT JOIN approvals a ON a.id = n.subject_id AND a.tenant_id = n.tenant_id
           LEFT JOIN runs r ON r.id = coalesce(a.run_id, n.subject_id) AND r.tenant_id = n.tenant_id
           LEFT JOIN session_access s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
           ORDER BY n.at"#,
        i64::from(limit),
        micros(now)
    );
    let (mut notices, mut unreadable) = (Vec::new(), Vec::new());
    for row in rows.fetch_all(pool).await? {
        let key = (row.tenant_id, row.subject_id, row.event.clone());
        match readable("notice", [row]).pop() {
            Some(notice) => notices.push(notice),
            None => unreadable.push(key),
        }
    }
    if !unreadable.is_empty() {
        put_back(pool, unreadable, micros(now) + duration_micros(UNREADABLE_FOR)).await?;
    }
    Ok(notices)
}

async fn put_back(pool: &PgPool, notices: Vec<(Uuid, Uuid, String)>, until: i64) -> sqlx::Result<()> {
    let mut keys = (Vec::new(), Vec::new(), Vec::new());
    for (tenant, subject, event) in notices {
        keys.0.push(tenant);
        keys.1.push(subject);
        keys.2.push(event);
    }
    sqlx::query!(
        "UPDATE notices n SET put_back_until = $4
         FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS unread (tenant_id, subject_id, event)
         WHERE n.tenant_id = unread.tenant_id AND n.subject_id = unread.subject_id AND n.event = unread.event",
        &keys.0,
        &keys.1,
        &keys.2,
        until
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Whatever the number of notices, two statements: an endpoint may be locked by another for a moment, and the notices
/// of the others wait with it.
pub(crate) async fn spread(pool: &PgPool, spread: &[SpreadNotice]) -> sqlx::Result<u64> {
    let mut tx = begin(pool).await?;
    let tenants: Vec<Uuid> = spread.iter().map(|one| one.notice.tenant_id.0).collect();
    let subjects: Vec<Uuid> = spread.iter().map(|one| one.notice.subject).collect();
    let events: Vec<String> = spread.iter().map(|one| one.notice.event.as_str().to_owned()).collect();
    let gone = sqlx::query!(
        "DELETE FROM notices n USING unnest($1::uuid[], $2::uuid[], $3::text[]) AS told (tenant_id, subject_id, event)
         WHERE n.tenant_id = told.tenant_id AND n.subject_id = told.subject_id AND n.event = told.event
         RETURNING n.tenant_id, n.subject_id, n.event",
        &tenants,
        &subjects,
        &events
    );
    let gone = gone.fetch_all(&mut *tx).await?.into_iter();
    // One that is not there any more was told of by another process.
    let there: BTreeSet<_> = gone.map(|row| (row.tenant_id, row.subject_id, row.event)).collect();
    let is_there = |one: &&SpreadNotice| {
        let notice = &one.notice;
        there.contains(&(notice.tenant_id.0, notice.subject, notice.event.as_str().to_owned()))
    };
    let messages: Vec<_> = spread.iter().filter(is_there).flat_map(messages).collect();
    let made = if messages.is_empty() { 0 } else { insert_all(&mut tx, &messages).await? };
    tx.commit().await?;
    Ok(made)
}

fn messages(spread: &SpreadNotice) -> impl Iterator<Item = WebhookDelivery> + '_ {
    let SpreadNotice { notice, payload, to } = spread;
    to.iter().map(|(endpoint, id)| WebhookDelivery::new(notice, *endpoint, *id, &text(payload)))
}

/// To those endpoints that are switched on, as [`insert`].
async fn insert_all(db: &mut PgConnection, messages: &[WebhookDelivery]) -> sqlx::Result<u64> {
    let ids: Vec<Uuid> = messages.iter().map(|one| one.id.0).collect();
    let tenants: Vec<Uuid> = messages.iter().map(|one| one.tenant_id.0).collect();
    let endpoints: Vec<Uuid> = messages.iter().map(|one| one.endpoint_id.0).collect();
    let events: Vec<String> = messages.iter().map(|one| one.event.as_str().to_owned()).collect();
    let payloads: Vec<String> = messages.iter().map(|one| one.payload.clone()).collect();
    let times: Vec<i64> = messages.iter().map(|one| micros(one.created_at)).collect();
    let inserted = sqlx::query!(
        "INSERT INTO webhook_deliveries (id, tenant_id, endpoint_id, event, payload, state, attempts, log, next_at, created_at)
         SELECT m.id, e.tenant_id, e.id, m.event, m.payload, 'pending', 0, '[]', m.at, m.at
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bigint[])
             AS m (id, tenant_id, endpoint_id, event, payload, at)
         JOIN webhook_endpoints e ON e.id = m.endpoint_id AND e.tenant_id = m.tenant_id AND e.is_enabled
         FOR SHARE OF e
         ON CONFLICT DO NOTHING",
        &ids,
        &tenants,
        &endpoints,
        &events,
        &payloads,
        &times
    );
    Ok(inserted.execute(db).await?.rows_affected())
}

pub(crate) async fn claim(pool: &PgPool, claim: &DeliveryClaim) -> sqlx::Result<Vec<ClaimedDelivery>> {
    let now = micros(claim.now);
    // Most callers come too early.
    let due = sqlx::query_scalar!(r#"SELECT 1 AS "due!" FROM webhook_deliveries WHERE next_at <= $1 LIMIT 1"#, now);
    if due.fetch_optional(pool).await?.is_none() {
        return Ok(Vec::new());
    }
    let (busy, taken): (Vec<Uuid>, Vec<i64>) =
        claim.under_way.iter().map(|(endpoint, count)| (endpoint.0, i64::from(*count))).unzip();
    let rows = sqlx::query!(
        r#"WITH picked AS MATERIALIZED (
             SELECT d.id, d.next_at, e.id AS endpoint_id, coalesce(t.taken, 0) AS taken, e.url, e.sealed,
                    CASE WHEN e.old_secret_until > $1 THEN e.old_sealed END AS old_sealed
             FROM webhook_endpoints e LEFT JOIN unnest($3::uuid[], $6::bigint[]) AS t (endpoint_id, taken) ON t.endpoint_id = e.id
             CROSS JOIN LATERAL (
               SELECT w.id, w.next_at FROM webhook_deliveries w WHERE w.endpoint_id = e.id AND w.next_at <= $1
               ORDER BY w.next_at, w.id LIMIT greatest($2 - coalesce(t.taken, 0), 0) FOR UPDATE SKIP LOCKED
             ) d
             WHERE e.is_enabled AND (e.failures > 0) = $7
           ), due AS (
             SELECT *, taken + row_number() OVER (PARTITION BY endpoint_id ORDER BY next_at, id) AS place FROM picked
             ORDER BY place, next_at, id LIMIT $4
           )
           UPDATE webhook_deliveries w SET state = 'sending', attempts = w.attempts + 1, next_at = $5
           FROM due WHERE w.id = due.id
           RETURNING w.id, w.tenant_id, w.endpoint_id, w.event, w.payload, w.state, w.attempts, w.log, w.next_at, w.created_at,
                     due.url, due.sealed, due.old_sealed"#,
        now,
        i64::from(claim.per_endpoint),
        &busy,
        i64::from(claim.limit),
        now + duration_micros(claim.hold),
        &taken,
        claim.of_failing
    );
    let mut claimed = Vec::new();
    for row in rows.fetch_all(pool).await? {
        let delivery = WebhookDeliveryRow {
            id: row.id,
            tenant_id: row.tenant_id,
            endpoint_id: row.endpoint_id,
            event: row.event,
            payload: row.payload,
            state: row.state,
            attempts: row.attempts,
            log: row.log,
            next_at: row.next_at,
            created_at: row.created_at,
        };
        let (url, sealed, old_sealed) = (row.url, row.sealed, row.old_sealed);
        // One that cannot be read stays held, and is met again when the hold is over.
        if let Some(delivery) = readable("message to a webhook endpoint", [delivery]).pop() {
            claimed.push(ClaimedDelivery { delivery, url, sealed, old_sealed });
        }
    }
    Ok(claimed)
}

pub(crate) async fn end_attempt(pool: &PgPool, end: &AttemptEnd) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
    // The endpoint first: switching it off locks the rows in this order too.
    let is_elsewhere = !note_health(&mut tx, end).await? && end.gone.is_some();
    let (state, next_at) =
        if is_elsewhere { (WebhookDeliveryState::Pending, Some(end.attempt.at)) } else { (end.state, end.next_at) };
    let ended = sqlx::query!(
        "UPDATE webhook_deliveries SET log = $1, state = CASE WHEN state = 'sending' OR $2 = 'delivered' THEN $2 ELSE state END,
             next_at = CASE WHEN state = 'sending' THEN $3 ELSE next_at END
         WHERE id = $4 AND tenant_id = $5 AND attempts = $6 AND state IN ('sending', 'dropped')",
        text(&json(&end.log)?),
        state.as_str(),
        next_at.map(micros),
        end.delivery_id.0,
        end.tenant_id.0,
        end.attempt.number
    );
    if ended.execute(&mut *tx).await?.rows_affected() == 0 {
        tx.rollback().await?;
        return Ok(false);
    }
    if let Some(audit) = end.gone.as_ref().filter(|_| !is_elsewhere) {
        drop_pending(&mut *tx, end.endpoint_id).await?;
        audit::append(&mut tx, end.tenant_id, std::slice::from_ref(audit)).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// How the endpoint fares. False when there is nothing to note, as of an attempt at a URL that it had before.
async fn note_health(tx: &mut PgConnection, end: &AttemptEnd) -> sqlx::Result<bool> {
    let noted = sqlx::query!(
        "UPDATE webhook_endpoints SET failures = CASE WHEN $2 THEN 0 ELSE failures + 1 END,
             failing_since = CASE WHEN $2 THEN NULL ELSE coalesce(failing_since, $3) END,
             is_enabled = is_enabled AND NOT $4, is_gone = is_gone OR $4
         WHERE id = $1 AND url = $5 AND (failures > 0 OR NOT $2::boolean)",
        end.endpoint_id.0,
        end.state == WebhookDeliveryState::Delivered,
        micros(end.attempt.at),
        end.gone.is_some(),
        text(&end.url)
    );
    Ok(noted.execute(tx).await?.rows_affected() > 0)
}

pub(crate) async fn forget(pool: &PgPool, before: Timestamp, limit: u32) -> sqlx::Result<u64> {
    let forgotten = sqlx::query!(
        "DELETE FROM webhook_deliveries WHERE id IN
             (SELECT id FROM webhook_deliveries WHERE created_at < $1 AND next_at IS NULL ORDER BY created_at LIMIT $2
              FOR UPDATE SKIP LOCKED)",
        micros(before),
        i64::from(limit)
    );
    Ok(forgotten.execute(pool).await?.rows_affected())
}
