//! Messages to tenants' own servers: from what happened, over each attempt, to what came of it.

use std::collections::BTreeMap;

use artel_domain::{
    AuditEntry, Notice, TenantId, Timestamp, WebhookDelivery, WebhookDeliveryId, WebhookDeliveryState,
    WebhookEndpointId,
};
use artel_store::{AttemptEnd, ClaimedDelivery, DeliveryClaim, Page, SpreadNotice};
use sqlx::{SqliteExecutor, SqlitePool};
use uuid::Uuid;

use crate::error::Outcome;
use crate::rows::{NoticeRow, all, one, readable, webhook_deliveries};
use crate::values::{duration_micros, hex, hex_list, micros};
use crate::writer::Tx;

pub(crate) async fn send_test(
    tx: &mut Tx,
    delivery: &WebhookDelivery,
    audit: &AuditEntry,
) -> Outcome<Option<WebhookDelivery>> {
    if insert(tx, delivery).await? {
        tx.audit(delivery.tenant_id, audit);
    }
    find(&mut tx.conn, delivery.tenant_id, delivery.endpoint_id, delivery.id).await
}

/// To an endpoint that is switched on.
async fn insert(tx: &mut Tx, delivery: &WebhookDelivery) -> Outcome<bool> {
    let (event, at) = (delivery.event.as_str(), micros(delivery.created_at));
    let inserted = sqlx::query!(
        "INSERT INTO webhook_deliveries (id, tenant_id, endpoint_id, event, payload, state, attempts, log, next_at, created_at)
         SELECT ?1, e.tenant_id, e.id, ?4, ?5, 'pending', 0, '[]', ?6, ?6
         FROM webhook_endpoints e WHERE e.id = ?3 AND e.tenant_id = ?2 AND e.is_enabled = 1
         ON CONFLICT DO NOTHING",
        delivery.id.0,
        delivery.tenant_id.0,
        delivery.endpoint_id.0,
        event,
        delivery.payload,
        at
    );
    Ok(inserted.execute(&mut tx.conn).await?.rows_affected() > 0)
}

async fn find(
    db: impl SqliteExecutor<'_>,
    tenant: TenantId,
    endpoint: WebhookEndpointId,
    delivery: WebhookDeliveryId,
) -> Outcome<Option<WebhookDelivery>> {
    let found = webhook_deliveries!(
        "SELECT",
        "FROM webhook_deliveries WHERE id = ?1 AND tenant_id = ?2 AND endpoint_id = ?3",
        delivery.0,
        tenant.0,
        endpoint.0
    );
    one(found.fetch_optional(db).await?)
}

pub(crate) async fn list(
    reads: &SqlitePool,
    tenant: TenantId,
    endpoint: WebhookEndpointId,
    state: Option<WebhookDeliveryState>,
    page: Page,
) -> Outcome<(Vec<WebhookDelivery>, i64)> {
    let state = state.map(WebhookDeliveryState::as_str);
    let found = webhook_deliveries!(
        "SELECT",
        "FROM webhook_deliveries WHERE tenant_id = ?1 AND endpoint_id = ?2 AND (?3 IS NULL OR state = ?3)
         ORDER BY created_at DESC, id DESC LIMIT ?4 OFFSET ?5",
        tenant.0,
        endpoint.0,
        state,
        page.limit,
        page.offset
    );
    let found = all(found.fetch_all(reads).await?)?;
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM webhook_deliveries
           WHERE tenant_id = ?1 AND endpoint_id = ?2 AND (?3 IS NULL OR state = ?3)"#,
        tenant.0,
        endpoint.0,
        state
    );
    Ok((found, total.fetch_one(reads).await?))
}

pub(crate) async fn retry(
    tx: &mut Tx,
    tenant: TenantId,
    endpoint: WebhookEndpointId,
    delivery: WebhookDeliveryId,
    audit: &AuditEntry,
) -> Outcome<Option<WebhookDelivery>> {
    let now = micros(audit.at);
    let due = sqlx::query!(
        "UPDATE webhook_deliveries SET state = 'pending', next_at = ?4
         WHERE id = ?1 AND tenant_id = ?2 AND endpoint_id = ?3 AND state <> 'sending'
             AND EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.id = ?3 AND e.is_enabled = 1)",
        delivery.0,
        tenant.0,
        endpoint.0,
        now
    );
    let is_due = due.execute(&mut tx.conn).await?.rows_affected() > 0;
    if is_due {
        tx.audit(tenant, audit);
    }
    let found = find(&mut tx.conn, tenant, endpoint, delivery).await?;
    Ok(found.filter(|found| is_due || found.state == WebhookDeliveryState::Sending))
}

/// What did not arrive by now does not any more.
pub(crate) async fn drop_pending(tx: &mut Tx, endpoint: WebhookEndpointId) -> Outcome<()> {
    sqlx::query!(
        "UPDATE webhook_deliveries SET state = 'dropped', next_at = NULL WHERE endpoint_id = ?1 AND next_at IS NOT NULL",
        endpoint.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// A notice's key.
pub(crate) type NoticeKey = (Uuid, Uuid, String);

/// And the keys of those that cannot be read.
pub(crate) async fn pending_notices(
    reads: &SqlitePool,
    now: Timestamp,
    limit: u32,
) -> Outcome<(Vec<Notice>, Vec<NoticeKey>)> {
    let now = micros(now);
    let rows = sqlx::query_as!(
        NoticeRow,
        r#"SELECT n.tenant_id AS "tenant_id!: Uuid", n.subject_id AS "subject_id!: Uuid", n.event AS "event!: String",
               n.state AS "state!: String", n.at AS "at!: i64", r.id AS "run_id?: Uuid", coalesce(a.agent_id, r.agent_id) AS "agent_id?: Uuid",
               CASE WHEN s.is_private = 0 THEN r.session_id END AS "session_id?: String", r.principal AS "principal?: String",
               r.parent_run_id AS "parent_run_id?: Uuid", r.error_code AS "error_code?: String", r.created_at AS "run_created_at?: i64",
               a.name AS "tool_name?: String", a.decision AS "decision?: String", a.decided_by AS "decided_by?: Uuid",
               a.created_at AS "asked_at?: i64", a.expires_at AS "expires_at?: i64"
           FROM (SELECT tenant_id, subject_id, event, state, at FROM notices
                 WHERE put_back_until IS NULL OR put_back_until <= ?2 ORDER BY at LIMIT ?1) n
           LEFT JOIN approvals a ON a.id = n.subject_id AND a.tenant_id = n.tenant_id
           LEFT JOIN runs r ON r.id = coalesce(a.run_id, n.subject_id) AND r.tenant_id = n.tenant_id
           LEFT JOIN session_access s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
           ORDER BY n.at"#,
        limit,
        now
    );
    let (mut notices, mut unreadable) = (Vec::new(), Vec::new());
    for row in rows.fetch_all(reads).await? {
        let key = (row.tenant_id, row.subject_id, row.event.clone());
        match readable("notice", [row]).pop() {
            Some(notice) => notices.push(notice),
            None => unreadable.push(key),
        }
    }
    Ok((notices, unreadable))
}

pub(crate) async fn put_back_notices(tx: &mut Tx, notices: &[NoticeKey], until: Timestamp) -> Outcome<()> {
    let until = micros(until);
    for (tenant, subject, event) in notices {
        sqlx::query!(
            "UPDATE notices SET put_back_until = ?1 WHERE tenant_id = ?2 AND subject_id = ?3 AND event = ?4",
            until,
            tenant,
            subject,
            event
        )
        .execute(&mut tx.conn)
        .await?;
    }
    Ok(())
}

pub(crate) async fn spread(tx: &mut Tx, spread: &[SpreadNotice]) -> Outcome<u64> {
    let mut made = 0;
    for SpreadNotice { notice, payload, to } in spread {
        let event = notice.event.as_str();
        let was_there = sqlx::query!(
            "DELETE FROM notices WHERE tenant_id = ?1 AND subject_id = ?2 AND event = ?3",
            notice.tenant_id.0,
            notice.subject,
            event
        );
        if was_there.execute(&mut tx.conn).await?.rows_affected() == 0 {
            continue;
        }
        for (endpoint_id, id) in to {
            made += u64::from(insert(tx, &WebhookDelivery::new(notice, *endpoint_id, *id, payload)).await?);
        }
    }
    Ok(made)
}

/// Whether there may be something to claim. Asked before a claim: most callers come too early.
pub(crate) async fn any_due(reads: &SqlitePool, now: Timestamp) -> Outcome<bool> {
    let now = micros(now);
    let due =
        sqlx::query_scalar!(r#"SELECT 1 AS "due!: i64" FROM webhook_deliveries WHERE next_at <= ?1 LIMIT 1"#, now);
    Ok(due.fetch_optional(reads).await?.is_some())
}

pub(crate) async fn claim(tx: &mut Tx, claim: &DeliveryClaim) -> Outcome<Vec<ClaimedDelivery>> {
    let now = micros(claim.now);
    let under_way: BTreeMap<_, _> = claim.under_way.iter().map(|(endpoint, count)| (hex(endpoint.0), count)).collect();
    let under_way = serde_json::to_string(&under_way)?;
    let due = sqlx::query_scalar!(
        r#"SELECT id AS "id!: Uuid" FROM (
               SELECT d.id, d.next_at,
                   coalesce(t.taken, 0) + row_number() OVER (PARTITION BY d.endpoint_id ORDER BY d.next_at, d.id) AS place
               FROM webhook_endpoints e
               LEFT JOIN (SELECT unhex(key) AS endpoint_id, value AS taken FROM json_each(?3)) t ON t.endpoint_id = e.id
               CROSS JOIN webhook_deliveries d ON d.id IN (
                   SELECT w.id FROM webhook_deliveries w WHERE w.endpoint_id = e.id AND w.next_at <= ?1 ORDER BY w.next_at, w.id LIMIT ?2)
               WHERE e.is_enabled = 1 AND (e.failures > 0) = ?5)
           WHERE place <= ?2 ORDER BY place, next_at, id LIMIT ?4"#,
        now,
        claim.per_endpoint,
        under_way,
        claim.limit,
        claim.of_failing
    );
    let due = hex_list(due.fetch_all(&mut tx.conn).await?)?;
    let until = now + duration_micros(claim.hold);
    let taken = webhook_deliveries!(
        "UPDATE webhook_deliveries SET state = 'sending', attempts = attempts + 1, next_at = ?1
         WHERE id IN (SELECT unhex(value) FROM json_each(?2)) RETURNING",
        "",
        until,
        due
    );
    let mut claimed = Vec::new();
    for row in taken.fetch_all(&mut tx.conn).await? {
        // One that cannot be read stays held, and is met again when the hold is over.
        if let Some(delivery) = readable("message to a webhook endpoint", [row]).pop() {
            claimed.push(with_endpoint(tx, delivery, now).await?);
        }
    }
    Ok(claimed)
}

async fn with_endpoint(tx: &mut Tx, delivery: WebhookDelivery, now: i64) -> Outcome<ClaimedDelivery> {
    let endpoint = sqlx::query!(
        r#"SELECT url AS "url!: String", sealed AS "sealed!: String",
               CASE WHEN old_secret_until > ?2 THEN old_sealed END AS "old_sealed?: String"
           FROM webhook_endpoints WHERE id = ?1"#,
        delivery.endpoint_id.0,
        now
    );
    let endpoint = endpoint.fetch_one(&mut tx.conn).await?;
    let (url, sealed, old_sealed) = (endpoint.url, endpoint.sealed, endpoint.old_sealed);
    Ok(ClaimedDelivery { delivery, url, sealed, old_sealed })
}

pub(crate) async fn end_attempt(tx: &mut Tx, end: &AttemptEnd) -> Outcome<bool> {
    let is_elsewhere = end.gone.is_some() && !is_at(tx, end).await?;
    let (state, next_at) =
        if is_elsewhere { (WebhookDeliveryState::Pending, Some(end.attempt.at)) } else { (end.state, end.next_at) };
    let (log, state, next_at) = (serde_json::to_string(&end.log)?, state.as_str(), next_at.map(micros));
    let ended = sqlx::query!(
        "UPDATE webhook_deliveries SET log = ?1, state = iif(state = 'sending' OR ?2 = 'delivered', ?2, state), next_at = iif(state = 'sending', ?3, next_at)
         WHERE id = ?4 AND tenant_id = ?5 AND attempts = ?6 AND state IN ('sending', 'dropped')",
        log,
        state,
        next_at,
        end.delivery_id.0,
        end.tenant_id.0,
        end.attempt.number
    );
    if ended.execute(&mut tx.conn).await?.rows_affected() == 0 {
        return Ok(false);
    }
    note_health(tx, end).await?;
    if let Some(audit) = end.gone.as_ref().filter(|_| !is_elsewhere) {
        drop_pending(tx, end.endpoint_id).await?;
        tx.audit(end.tenant_id, audit);
    }
    Ok(true)
}

/// Whether the attempt went where the endpoint is now.
async fn is_at(tx: &mut Tx, end: &AttemptEnd) -> Outcome<bool> {
    let there = sqlx::query_scalar!(
        r#"SELECT 1 AS "one!: i64" FROM webhook_endpoints WHERE id = ?1 AND url = ?2"#,
        end.endpoint_id.0,
        end.url
    );
    Ok(there.fetch_optional(&mut tx.conn).await?.is_some())
}

/// How the endpoint fares. An attempt at a URL that it had before says nothing about that.
async fn note_health(tx: &mut Tx, end: &AttemptEnd) -> Outcome<()> {
    let (is_well, is_gone) = (end.state == WebhookDeliveryState::Delivered, end.gone.is_some());
    let at = micros(end.attempt.at);
    sqlx::query!(
        "UPDATE webhook_endpoints SET failures = iif(?2, 0, failures + 1), failing_since = iif(?2, NULL, coalesce(failing_since, ?3)),
             is_enabled = iif(?4, 0, is_enabled), is_gone = iif(?4, 1, is_gone)
         WHERE id = ?1 AND url = ?5 AND (failures > 0 OR NOT ?2)",
        end.endpoint_id.0,
        is_well,
        at,
        is_gone,
        end.url
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn forget(tx: &mut Tx, before: Timestamp, limit: u32) -> Outcome<u64> {
    let before = micros(before);
    let forgotten = sqlx::query!(
        "DELETE FROM webhook_deliveries WHERE id IN
             (SELECT id FROM webhook_deliveries WHERE created_at < ?1 AND next_at IS NULL ORDER BY created_at LIMIT ?2)",
        before,
        limit
    );
    Ok(forgotten.execute(&mut tx.conn).await?.rows_affected())
}
