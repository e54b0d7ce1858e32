//! The journal of what services sent by themselves.

use artel_domain::{InboundEvent, TenantId, Timestamp};
use artel_store::{InboundEventFilter, InboundEvents, NewInboundEvent};
use futures::TryStreamExt as _;
use sqlx::SqlitePool;
use uuid::Uuid;

use crate::error::Outcome;
use crate::event_starts;
use crate::rows::InboundEventRow;
use crate::values::{duration_micros, micros};
use crate::writer::Tx;

/// * `payload`: the event's, as JSON.
pub(crate) async fn record(tx: &mut Tx, new: &NewInboundEvent, payload: &str) -> Outcome<bool> {
    let event = &new.event;
    let (sameness, at) = (new.sameness.as_slice(), micros(event.received_at));
    if let Some(same_for) = new.same_for {
        let before = at - duration_micros(same_for);
        sqlx::query!(
            "UPDATE inbound_events SET sameness = NULL WHERE tenant_id = ?1 AND hook_id = ?2 AND sameness = ?3 AND received_at <= ?4",
            event.tenant_id.0,
            event.hook_id.0,
            sameness,
            before
        )
        .execute(&mut tx.conn)
        .await?;
    }
    let inserted = sqlx::query!(
        "INSERT INTO inbound_events (tenant_id, id, hook_id, service, kind, delivery_id, sameness, payload, received_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (tenant_id, hook_id, sameness) DO NOTHING",
        event.tenant_id.0,
        event.id.0,
        event.hook_id.0,
        event.service,
        event.kind,
        event.delivery_id,
        sameness,
        payload,
        at
    );
    let is_new = inserted.execute(&mut tx.conn).await?.rows_affected() > 0;
    if is_new {
        event_starts::ask(tx, event).await?;
    }
    Ok(is_new)
}

pub(crate) async fn list(reads: &SqlitePool, tenant: TenantId, filter: &InboundEventFilter) -> Outcome<InboundEvents> {
    let services = filter.services.as_ref().map(serde_json::to_string).transpose()?;
    let behind = filter.after.map_or(Uuid::max(), |event| event.0);
    let (since, until) = (filter.since.map(micros), filter.until.map(micros));
    let most = filter.limit.saturating_add(1);
    let mut rows = sqlx::query_as!(
        InboundEventRow,
        r#"SELECT id AS "id!: Uuid", tenant_id AS "tenant_id!: Uuid", hook_id AS "hook_id!: Uuid", service AS "service!: String",
               kind AS "kind?: String", delivery_id AS "delivery_id!: String", payload AS "payload!: String",
               received_at AS "received_at!: i64"
           FROM inbound_events
           WHERE tenant_id = ?1 AND id < ?2 AND (?3 IS NULL OR service IN (SELECT value FROM json_each(?3)))
               AND (?4 IS NULL OR kind = ?4) AND (?5 IS NULL OR received_at >= ?5) AND (?6 IS NULL OR received_at < ?6)
           ORDER BY id DESC LIMIT ?7"#,
        tenant.0,
        behind,
        services,
        filter.kind,
        since,
        until,
        most
    )
    .fetch(reads);
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
        "DELETE FROM inbound_events WHERE rowid IN
             (SELECT rowid FROM inbound_events WHERE received_at < ?1 ORDER BY received_at LIMIT ?2)",
        before,
        limit
    );
    Ok(forgotten.execute(&mut tx.conn).await?.rows_affected())
}
