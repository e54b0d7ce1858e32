//! The journal of what services sent by themselves.

use std::time::Duration;

use artel_domain::{InboundEvent, InboundEventId, TenantId, Timestamp};
use artel_store::inbound_events::{freed, part_of};
use artel_store::tasks::{MOST_WAITING, MOST_WAITING_OF_TENANT, SAID_ONCE_IN, TOO_MANY_WAIT};
use artel_store::{InboundEventFilter, InboundEventWrite, InboundEvents, NewInboundEvent};
use futures::TryStreamExt as _;
use futures::stream::BoxStream;
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::begun::begin;
use crate::event_waits;
use crate::rows::InboundEventRow;
use crate::values::{duration_micros, micros, text};

pub(crate) async fn record(pool: &PgPool, new: &NewInboundEvent) -> sqlx::Result<InboundEventWrite> {
    let is_waited_for = event_waits::any(pool, new).await?;
    let is_kept = match new.same_for {
        None if !is_waited_for => insert(pool, new).await?,
        same_for => insert_with_more(pool, new, same_for, is_waited_for).await?,
    };
    if is_kept {
        return Ok(InboundEventWrite::Done);
    }
    Ok(if is_known(pool, new).await? { InboundEventWrite::Known } else { InboundEventWrite::TooMuch })
}

/// The same in a transaction with what goes before and after it.
async fn insert_with_more(
    pool: &PgPool,
    new: &NewInboundEvent,
    same_for: Option<Duration>,
    is_waited_for: bool,
) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
    if let Some(same_for) = same_for {
        // Of two deliveries at once, the second waits here for the first, and then finds nothing that is so old.
        sqlx::query!(
            "UPDATE inbound_events SET sameness = NULL WHERE tenant_id = $1 AND hook_id = $2 AND sameness = $3 AND received_at <= $4",
            new.tenant_id.0,
            new.hook_id.0,
            new.sameness.as_slice(),
            micros(new.received_at) - duration_micros(same_for)
        )
        .execute(&mut *tx)
        .await?;
    }
    let runs = if is_waited_for { event_waits::lock(&mut tx, new).await? } else { Vec::new() };
    let is_new = insert(&mut *tx, new).await?;
    if is_new && !runs.is_empty() {
        event_waits::end(&mut tx, new, &runs).await?;
    }
    tx.commit().await?;
    Ok(is_new)
}

/// False: it is known, or the tenant's events count as much as they may. The event comes before the row that counts, so
/// that nobody waits with that row in hand. With a start of each active task that the event triggers and that has
/// room for one, in one trip.
async fn insert(db: impl PgExecutor<'_>, new: &NewInboundEvent) -> sqlx::Result<bool> {
    let inserted = sqlx::query!(
        "WITH kept AS (
             INSERT INTO inbound_events (tenant_id, id, hook_id, service, kind, delivery_id, sameness, payload, received_at, bytes)
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
             WHERE $11::bigint IS NULL
                 OR (SELECT coalesce(sum(b.bytes), 0)::bigint FROM inbound_event_bytes b WHERE b.tenant_id = $1) + $10 <= $11
             ON CONFLICT (tenant_id, hook_id, sameness) DO NOTHING
             RETURNING tenant_id, id, service, kind, received_at, bytes),
         start AS (
             INSERT INTO task_starts (task_id, event_id, tenant_id, created_at)
             SELECT t.id, e.id, e.tenant_id, e.received_at FROM kept e JOIN tasks t
                 ON t.tenant_id = e.tenant_id AND t.trigger_service = e.service AND t.trigger_type = e.kind
                 AND t.deleted_at IS NULL AND t.state = 'active'
                 AND NOT EXISTS (SELECT 1 FROM task_starts s WHERE s.task_id = t.id OFFSET $13 LIMIT 1)
             LIMIT $14::bigint - (SELECT count(*) FROM (SELECT 1 FROM task_starts w WHERE w.tenant_id = $1 LIMIT $14::bigint) AS waiting)
             RETURNING task_id),
         -- What is locked by others says it another time.
         left_out AS (
             SELECT t.id, e.received_at FROM kept e JOIN tasks t
                 ON t.tenant_id = e.tenant_id AND t.trigger_service = e.service AND t.trigger_type = e.kind
                 AND t.deleted_at IS NULL AND t.state = 'active' AND t.id NOT IN (SELECT task_id FROM start)
                 AND (t.skipped_reason IS DISTINCT FROM $15 OR t.skipped_at < e.received_at - $16::bigint)
             FOR NO KEY UPDATE OF t SKIP LOCKED),
         said AS (
             UPDATE tasks t SET skipped_at = l.received_at, skipped_reason = $15 FROM left_out l WHERE t.id = l.id)
         INSERT INTO inbound_event_bytes (tenant_id, part, bytes) SELECT tenant_id, $12, bytes FROM kept
         ON CONFLICT (tenant_id, part) DO UPDATE SET bytes = inbound_event_bytes.bytes + excluded.bytes",
        new.tenant_id.0,
        new.id.0,
        new.hook_id.0,
        text(&new.service),
        new.kind.as_deref().map(text),
        text(&new.delivery_id),
        new.sameness.as_slice(),
        new.payload,
        micros(new.received_at),
        new.bytes() as i64,
        new.most_of_tenant.map(|most| i64::try_from(most).unwrap_or(i64::MAX)),
        part_of(new.id),
        MOST_WAITING - 1,
        MOST_WAITING_OF_TENANT,
        TOO_MANY_WAIT,
        duration_micros(SAID_ONCE_IN)
    );
    Ok(inserted.execute(db).await?.rows_affected() > 0)
}

async fn is_known(pool: &PgPool, new: &NewInboundEvent) -> sqlx::Result<bool> {
    let known = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM inbound_events WHERE tenant_id = $1 AND hook_id = $2 AND sameness = $3) AS "is_there!""#,
        new.tenant_id.0,
        new.hook_id.0,
        new.sameness.as_slice()
    );
    known.fetch_one(pool).await
}

pub(crate) async fn list(pool: &PgPool, tenant: TenantId, filter: &InboundEventFilter) -> sqlx::Result<InboundEvents> {
    match &filter.services {
        None => of_all(pool, tenant, filter).await,
        Some(services) => of_services(pool, tenant, services, filter).await,
    }
}

async fn of_all(pool: &PgPool, tenant: TenantId, filter: &InboundEventFilter) -> sqlx::Result<InboundEvents> {
    let rows = sqlx::query_as!(
        InboundEventRow,
        "SELECT id, tenant_id, hook_id, service, kind, delivery_id, payload, received_at FROM inbound_events
         WHERE tenant_id = $1 AND id < $2 AND ($3::text IS NULL OR kind = $3)
             AND ($4::bigint IS NULL OR received_at >= $4) AND ($5::bigint IS NULL OR received_at < $5)
         ORDER BY id DESC LIMIT $6",
        tenant.0,
        filter.after.map_or(Uuid::max(), |event| event.0),
        filter.kind.as_deref().map(text),
        filter.since.map(micros),
        filter.until.map(micros),
        i64::from(filter.limit) + 1
    );
    taken(rows.fetch(pool), filter).await
}

/// First which they are, by the index of each service: the events of others are not read, however many there are.
async fn of_services(
    pool: &PgPool,
    tenant: TenantId,
    services: &[String],
    filter: &InboundEventFilter,
) -> sqlx::Result<InboundEvents> {
    let rows = sqlx::query_as!(
        InboundEventRow,
        "SELECT e.id, e.tenant_id, e.hook_id, e.service, e.kind, e.delivery_id, e.payload, e.received_at
         FROM (SELECT newest.id FROM (SELECT DISTINCT given.service FROM unnest($3::text[]) AS given(service)) AS s
               CROSS JOIN LATERAL (
                   SELECT i.id FROM inbound_events i
                   WHERE i.tenant_id = $1 AND i.service = s.service AND i.id < $2 AND ($4::text IS NULL OR i.kind = $4)
                       AND ($5::bigint IS NULL OR i.received_at >= $5) AND ($6::bigint IS NULL OR i.received_at < $6)
                   ORDER BY i.id DESC LIMIT $7) AS newest
               ORDER BY newest.id DESC LIMIT $7) AS found
         JOIN inbound_events e ON e.tenant_id = $1 AND e.id = found.id
         ORDER BY e.id DESC",
        tenant.0,
        filter.after.map_or(Uuid::max(), |event| event.0),
        services,
        filter.kind.as_deref().map(text),
        filter.since.map(micros),
        filter.until.map(micros),
        i64::from(filter.limit) + 1
    );
    taken(rows.fetch(pool), filter).await
}

/// As many of these rows as the list may hold.
async fn taken(
    mut rows: BoxStream<'_, sqlx::Result<InboundEventRow>>,
    filter: &InboundEventFilter,
) -> sqlx::Result<InboundEvents> {
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

/// Two workers that do so at the same time do not wait for each other's events.
pub(crate) async fn forget(pool: &PgPool, before: Timestamp, limit: u32) -> sqlx::Result<u64> {
    let mut tx = begin(pool).await?;
    let forgotten = sqlx::query!(
        "DELETE FROM inbound_events WHERE (tenant_id, id) IN
             (SELECT tenant_id, id FROM inbound_events WHERE received_at < $1 ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED)
         RETURNING tenant_id, id, bytes",
        micros(before),
        i64::from(limit)
    );
    let forgotten = forgotten.fetch_all(&mut *tx).await?;
    // Of tasks that were deleted while the event came: nobody takes them.
    sqlx::query!("DELETE FROM task_starts WHERE created_at < $1", micros(before)).execute(&mut *tx).await?;
    let gone = forgotten.iter().map(|row| (TenantId(row.tenant_id), InboundEventId(row.id), row.bytes));
    for (tenant, part, bytes) in freed(gone) {
        sqlx::query!(
            "UPDATE inbound_event_bytes SET bytes = bytes - $3 WHERE tenant_id = $1 AND part = $2",
            tenant.0,
            part,
            bytes
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(forgotten.len() as u64)
}
