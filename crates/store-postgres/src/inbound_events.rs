//! The journal of what services sent by themselves.

use artel_domain::{InboundEvent, TenantId, Timestamp};
use artel_store::{InboundEventFilter, InboundEvents, NewInboundEvent};
use futures::TryStreamExt as _;
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::begun::begin;
use crate::rows::InboundEventRow;
use crate::values::{duration_micros, micros, text};

/// * `payload`: the event's, as JSON.
pub(crate) async fn record(pool: &PgPool, new: &NewInboundEvent, payload: &str) -> sqlx::Result<bool> {
    let Some(same_for) = new.same_for else { return insert(pool, new, payload).await };
    let mut tx = begin(pool).await?;
    let event = &new.event;
    // Of two deliveries at once, the second waits here for the first, and then finds nothing that is so old.
    sqlx::query!(
        "UPDATE inbound_events SET sameness = NULL WHERE tenant_id = $1 AND hook_id = $2 AND sameness = $3 AND received_at <= $4",
        event.tenant_id.0,
        event.hook_id.0,
        new.sameness.as_slice(),
        micros(event.received_at) - duration_micros(same_for)
    )
    .execute(&mut *tx)
    .await?;
    let is_new = insert(&mut *tx, new, payload).await?;
    tx.commit().await?;
    Ok(is_new)
}

/// With a start of each active task that the event triggers, in one trip.
async fn insert(db: impl PgExecutor<'_>, new: &NewInboundEvent, payload: &str) -> sqlx::Result<bool> {
    let event = &new.event;
    let inserted = sqlx::query_scalar!(
        r#"WITH event AS (
             INSERT INTO inbound_events (tenant_id, id, hook_id, service, kind, delivery_id, sameness, payload, received_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant_id, hook_id, sameness) DO NOTHING
             RETURNING tenant_id, id, service, kind, received_at
           ), start AS (
             INSERT INTO task_starts (task_id, event_id, tenant_id, created_at)
             SELECT t.id, e.id, e.tenant_id, e.received_at FROM event e JOIN tasks t
               ON t.tenant_id = e.tenant_id AND t.trigger_service = e.service AND t.trigger_type = e.kind
               AND t.deleted_at IS NULL AND t.state = 'active'
           )
           SELECT EXISTS (SELECT 1 FROM event) AS "is_new!""#,
        event.tenant_id.0,
        event.id.0,
        event.hook_id.0,
        text(&event.service),
        event.kind.as_deref().map(text),
        text(&event.delivery_id),
        new.sameness.as_slice(),
        payload,
        micros(event.received_at)
    );
    inserted.fetch_one(db).await
}

pub(crate) async fn list(pool: &PgPool, tenant: TenantId, filter: &InboundEventFilter) -> sqlx::Result<InboundEvents> {
    let mut rows = sqlx::query_as!(
        InboundEventRow,
        "SELECT id, tenant_id, hook_id, service, kind, delivery_id, payload, received_at FROM inbound_events
         WHERE tenant_id = $1 AND id < $2 AND ($3::text[] IS NULL OR service = ANY($3)) AND ($4::text IS NULL OR kind = $4)
             AND ($5::bigint IS NULL OR received_at >= $5) AND ($6::bigint IS NULL OR received_at < $6)
         ORDER BY id DESC LIMIT $7",
        tenant.0,
        filter.after.map_or(Uuid::max(), |event| event.0),
        filter.services.as_deref(),
        filter.kind.as_deref().map(text),
        filter.since.map(micros),
        filter.until.map(micros),
        i64::from(filter.limit) + 1
    )
    .fetch(pool);
    let (mut found, mut bytes) = (InboundEvents::default(), 0_usize);
    while let Some(row) = rows.try_next().await? {
        bytes = bytes.saturating_add(row.payload.len());
        let is_full = bytes > filter.most_bytes && !found.events.is_empty();
        if is_full || found.events.len() >= filter.limit as usize {
            found.has_more = true;
            break;
        }
        found.events.push(InboundEvent::try_from(row)?);
    }
    Ok(found)
}

/// Two workers that do so at the same time do not wait for each other.
pub(crate) async fn forget(pool: &PgPool, before: Timestamp, limit: u32) -> sqlx::Result<u64> {
    let forgotten = sqlx::query!(
        "DELETE FROM inbound_events WHERE (tenant_id, id) IN
             (SELECT tenant_id, id FROM inbound_events WHERE received_at < $1 ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
        micros(before),
        i64::from(limit)
    );
    Ok(forgotten.execute(pool).await?.rows_affected())
}
