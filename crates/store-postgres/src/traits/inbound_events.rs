use artel_domain::{TenantId, Timestamp};
use artel_store::{InboundEventFilter, InboundEventWrite, InboundEvents, InboundJournal, NewInboundEvent, Result};
use async_trait::async_trait;

use crate::error::{retrying, sweeping_again, within};
use crate::inbound_events;
use crate::store::PostgresStore;

#[async_trait]
impl InboundJournal for PostgresStore {
    async fn record_inbound_event(&self, new: NewInboundEvent) -> Result<InboundEventWrite> {
        retrying(|| inbound_events::record(&self.pool, &new)).await
    }

    async fn list_inbound_events(&self, tenant: TenantId, filter: InboundEventFilter) -> Result<InboundEvents> {
        within(inbound_events::list(&self.pool, tenant, &filter)).await
    }

    async fn forget_inbound_events(&self, before: Timestamp, limit: u32) -> Result<u64> {
        sweeping_again(|| inbound_events::forget(&self.pool, before, limit)).await
    }
}
