//! The journal of what services sent by themselves.

use std::collections::BTreeSet;

use artel_domain::{InboundEvent, InboundEventId, TenantId, Timestamp};
use artel_store::inbound_events::{freed, part_of};
use artel_store::{InboundEventFilter, InboundEventWrite, InboundEvents, NewInboundEvent};
use futures::TryStreamExt as _;
use futures::stream::BoxStream;
use sqlx::SqlitePool;
use uuid::Uuid;

use crate::error::Outcome;
use crate::rows::InboundEventRow;
use crate::values::{duration_micros, micros};
use crate::writer::Tx;
use crate::{event_starts, event_waits};

pub(crate) async fn record(tx: &mut Tx, new: &NewInboundEvent) -> Outcome<InboundEventWrite> {
    if let Some(same_for) = new.same_for {
        let before = micros(new.received_at) - duration_micros(same_for);
        sqlx::query!(
            "UPDATE inbound_events SET sameness = NULL WHERE tenant_id = ?1 AND hook_id = ?2 AND sameness = ?3 AND received_at <= ?4",
            new.tenant_id.0,
            new.hook_id.0,
            new.sameness.as_slice(),
            before
        )
        .execute(&mut tx.conn)
        .await?;
    }
    if insert(tx, new).await? {
        count(tx, new.tenant_id, part_of(new.id), new.bytes() as i64).await?;
        return Ok(InboundEventWrite::Done);
    }
    Ok(if is_known(tx, new).await? { InboundEventWrite::Known } else { InboundEventWrite::TooMuch })
}

/// False: it is known, or the tenant's events count as much as they may.
async fn insert(tx: &mut Tx, new: &NewInboundEvent) -> Outcome<bool> {
    let (sameness, at, bytes) = (new.sameness.as_slice(), micros(new.received_at), new.bytes() as i64);
    let most = new.most_of_tenant.map(|most| i64::try_from(most).unwrap_or(i64::MAX));
    let inserted = sqlx::query!(
        "INSERT INTO inbound_events (tenant_id, id, hook_id, service, kind, delivery_id, sameness, payload, received_at, bytes)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10
         WHERE ?11 IS NULL OR (SELECT coalesce(sum(bytes), 0) FROM inbound_event_bytes WHERE tenant_id = ?1) + ?10 <= ?11
         ON CONFLICT (tenant_id, hook_id, sameness) DO NOTHING",
        new.tenant_id.0,
        new.id.0,
        new.hook_id.0,
        new.service,
        new.kind,
        new.delivery_id,
        sameness,
        new.payload,
        at,
        bytes,
        most
    );
    let is_new = inserted.execute(&mut tx.conn).await?.rows_affected() > 0;
    if is_new {
        event_starts::ask(tx, new).await?;
        event_waits::end(tx, new).await?;
    }
    Ok(is_new)
}

async fn is_known(tx: &mut Tx, new: &NewInboundEvent) -> Outcome<bool> {
    let known = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM inbound_events WHERE tenant_id = ?1 AND hook_id = ?2 AND sameness = ?3) AS "is_there!: bool""#,
        new.tenant_id.0,
        new.hook_id.0,
        new.sameness.as_slice()
    );
    Ok(known.fetch_one(&mut tx.conn).await?)
}

async fn count(tx: &mut Tx, tenant: TenantId, part: i64, bytes: i64) -> Outcome<()> {
    sqlx::query!(
        "INSERT INTO inbound_event_bytes (tenant_id, part, bytes) VALUES (?1, ?2, ?3)
         ON CONFLICT (tenant_id, part) DO UPDATE SET bytes = bytes + excluded.bytes",
        tenant.0,
        part,
        bytes
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn list(reads: &SqlitePool, tenant: TenantId, filter: &InboundEventFilter) -> Outcome<InboundEvents> {
    match &filter.services {
        None => of_all(reads, tenant, filter).await,
        Some(services) => of_services(reads, tenant, services, filter).await,
    }
}

async fn of_all(reads: &SqlitePool, tenant: TenantId, filter: &InboundEventFilter) -> Outcome<InboundEvents> {
    let behind = filter.after.map_or(Uuid::max(), |event| event.0);
    let (since, until) = (filter.since.map(micros), filter.until.map(micros));
    let most = filter.limit.saturating_add(1);
    let rows = sqlx::query_as!(
        InboundEventRow,
        r#"SELECT id AS "id!: Uuid", tenant_id AS "tenant_id!: Uuid", hook_id AS "hook_id!: Uuid", service AS "service!: String",
               kind AS "kind?: String", delivery_id AS "delivery_id!: String", payload AS "payload!: String",
               received_at AS "received_at!: i64"
           FROM inbound_events
           WHERE tenant_id = ?1 AND id < ?2 AND (?3 IS NULL OR kind = ?3) AND (?4 IS NULL OR received_at >= ?4)
               AND (?5 IS NULL OR received_at < ?5)
           ORDER BY id DESC LIMIT ?6"#,
        tenant.0,
        behind,
        filter.kind,
        since,
        until,
        most
    );
    taken(rows.fetch(reads), filter).await
}

/// First which they are, by the index of each service: the events of others are not read, however many there are.
async fn of_services(
    reads: &SqlitePool,
    tenant: TenantId,
    services: &[String],
    filter: &InboundEventFilter,
) -> Outcome<InboundEvents> {
    let mut newest = BTreeSet::new();
    for service in services {
        newest.extend(newest_of(reads, tenant, service, filter).await?);
    }
    let most = filter.limit as usize + 1;
    let ids: Vec<String> = newest.iter().rev().take(most).map(|id| id.simple().to_string()).collect();
    let ids = serde_json::to_string(&ids)?;
    let rows = sqlx::query_as!(
        InboundEventRow,
        r#"SELECT id AS "id!: Uuid", tenant_id AS "tenant_id!: Uuid", hook_id AS "hook_id!: Uuid", service AS "service!: String",
               kind AS "kind?: String", delivery_id AS "delivery_id!: String", payload AS "payload!: String",
               received_at AS "received_at!: i64"
           FROM inbound_events WHERE tenant_id = ?1 AND id IN (SELECT unhex(value) FROM json_each(?2))
           ORDER BY id DESC"#,
        tenant.0,
        ids
    );
    taken(rows.fetch(reads), filter).await
}

async fn newest_of(
    reads: &SqlitePool,
    tenant: TenantId,
    service: &str,
    filter: &InboundEventFilter,
) -> Outcome<Vec<Uuid>> {
    let behind = filter.after.map_or(Uuid::max(), |event| event.0);
    let (since, until) = (filter.since.map(micros), filter.until.map(micros));
    let most = filter.limit.saturating_add(1);
    let found = sqlx::query_scalar!(
        r#"SELECT id AS "id!: Uuid" FROM inbound_events
           WHERE tenant_id = ?1 AND service = ?2 AND id < ?3 AND (?4 IS NULL OR kind = ?4)
               AND (?5 IS NULL OR received_at >= ?5) AND (?6 IS NULL OR received_at < ?6)
           ORDER BY id DESC LIMIT ?7"#,
        tenant.0,
        service,
        behind,
        filter.kind,
        since,
        until,
        most
    );
    Ok(found.fetch_all(reads).await?)
}

/// As many of these rows as the list may hold.
async fn taken(
    mut rows: BoxStream<'_, sqlx::Result<InboundEventRow>>,
    filter: &InboundEventFilter,
) -> Outcome<InboundEvents> {
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

pub(crate) async fn forget(tx: &mut Tx, before: Timestamp, limit: u32) -> Outcome<u64> {
    let before = micros(before);
    let forgotten = sqlx::query!(
        r#"DELETE FROM inbound_events WHERE rowid IN
               (SELECT rowid FROM inbound_events WHERE received_at < ?1 ORDER BY received_at LIMIT ?2)
           RETURNING tenant_id AS "tenant_id!: Uuid", id AS "id!: Uuid", bytes AS "bytes?: i64""#,
        before,
        limit
    );
    let forgotten = forgotten.fetch_all(&mut tx.conn).await?;
    // Of tasks that were deleted while the event came: nobody takes them.
    sqlx::query!("DELETE FROM task_starts WHERE created_at < ?1", before).execute(&mut tx.conn).await?;
    let gone = forgotten.iter().map(|row| (TenantId(row.tenant_id), InboundEventId(row.id), row.bytes));
    for (tenant, part, bytes) in freed(gone) {
        count(tx, tenant, part, -bytes).await?;
    }
    Ok(forgotten.len() as u64)
}
