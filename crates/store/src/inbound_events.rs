use std::collections::BTreeMap;
use std::time::Duration;

use artel_domain::{HookId, InboundEvent, InboundEventId, TenantId, Timestamp};
use async_trait::async_trait;

use crate::Result;

/// What an event counts beside its payload: its row has other columns and stands in indexes, so that many small events
/// fill a database too.
const BYTES_OF_ROW: u64 = 512;
/// Parts in which the bytes of a tenant are counted.
const PARTS: u8 = 8;

/// An event that is to be kept. The members are those of [`InboundEvent`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInboundEvent {
    pub id: InboundEventId,
    pub tenant_id: TenantId,
    pub hook_id: HookId,
    pub service: String,
    pub kind: Option<String>,
    pub received_at: Timestamp,
    pub delivery_id: String,
    /// As JSON: a text takes less memory than its values while the event waits for its turn.
    pub payload: String,
    /// What deliveries of one event to one hook have in common.
    pub sameness: [u8; 32],
    /// For how long it tells them; `None`: for as long as the event is kept.
    pub same_for: Option<Duration>,
    /// The most bytes that all events of the tenant may count, this one included. Deliveries at the same time may
    /// overshoot it by what is under way. `None`: any number.
    pub most_of_tenant: Option<u64>,
}

impl NewInboundEvent {
    /// What it counts.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.payload.len() as u64 + BYTES_OF_ROW
    }
}

/// The part in which an event of this id is counted.
#[must_use]
pub fn part_of(event: InboundEventId) -> i64 {
    let [.., last] = event.0.into_bytes();
    i64::from(last % PARTS)
}

/// What is freed in each part of each tenant when these events are gone, in one order for all.
///
/// # Arguments
/// * `gone`: tenant, id and what the event counted, if it did.
pub fn freed(gone: impl IntoIterator<Item = (TenantId, InboundEventId, Option<i64>)>) -> Vec<(TenantId, i64, i64)> {
    let mut freed = BTreeMap::new();
    for (tenant, event, bytes) in gone {
        *freed.entry((tenant, part_of(event))).or_insert(0) += bytes.unwrap_or_default();
    }
    freed.into_iter().map(|((tenant, part), bytes)| (tenant, part, bytes)).collect()
}

/// What came of keeping an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InboundEventWrite {
    Done,
    /// The event was delivered to its hook before; nothing is written.
    Known,
    /// The tenant's events would count more than they may; nothing is written.
    TooMuch,
}

/// Which events of a tenant. Absent members say nothing.
#[derive(Debug, Clone, Default)]
pub struct InboundEventFilter {
    /// Only events of these services.
    pub services: Option<Vec<String>>,
    /// Only events of this type.
    pub kind: Option<String>,
    /// Received at this time or later.
    pub since: Option<Timestamp>,
    /// Received before this time.
    pub until: Option<Timestamp>,
    /// Only events that come behind this one, which are older.
    pub after: Option<InboundEventId>,
    pub limit: u32,
    /// The list ends when its payloads have this many bytes. It holds one event at least.
    pub most_bytes: usize,
}

/// A part of the journal of events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InboundEvents {
    pub events: Vec<InboundEvent>,
    /// Are there others behind the last one?
    pub has_more: bool,
}

/// The journal of what services sent by themselves.
#[async_trait]
pub trait InboundJournal: Send + Sync {
    /// With a start of each active task of the tenant that the event triggers ([`crate::Tasks::event_starts`]), and
    /// with the end of each call that waits for such an event ([`artel_domain::Wait::Event`]): its run goes on. Of many
    /// deliveries of one event at once, one is written.
    async fn record_inbound_event(&self, new: NewInboundEvent) -> Result<InboundEventWrite>;
    /// Newest first.
    async fn list_inbound_events(&self, tenant: TenantId, filter: InboundEventFilter) -> Result<InboundEvents>;
    /// Removes events of all tenants that were received before `before`, the oldest first, at most `limit`; how many.
    async fn forget_inbound_events(&self, before: Timestamp, limit: u32) -> Result<u64>;
}
