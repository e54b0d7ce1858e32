use std::time::Duration;

use artel_domain::{InboundEvent, InboundEventId, TenantId, Timestamp};
use async_trait::async_trait;

use crate::Result;

/// An event that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInboundEvent {
    pub event: InboundEvent,
    /// What deliveries of one event to one hook have in common.
    pub sameness: [u8; 32],
    /// For how long it tells them; `None`: for as long as the event is kept.
    pub same_for: Option<Duration>,
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
    /// With a start of each active task of the tenant that the event triggers ([`crate::Tasks::event_starts`]). False:
    /// the event was delivered to its hook before, and nothing is written. Of many deliveries at once, one is written.
    async fn record_inbound_event(&self, new: NewInboundEvent) -> Result<bool>;
    /// Newest first.
    async fn list_inbound_events(&self, tenant: TenantId, filter: InboundEventFilter) -> Result<InboundEvents>;
    /// Removes events of all tenants that were received before `before`, the oldest first, at most `limit`; how many.
    async fn forget_inbound_events(&self, before: Timestamp, limit: u32) -> Result<u64>;
}
