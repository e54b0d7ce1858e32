use artel_domain::{TenantId, Timestamp};
use artel_store::{InboundEventFilter, InboundEventWrite, InboundEvents, InboundJournal, NewInboundEvent, Result};
use async_trait::async_trait;

use crate::inbound_events;
use crate::store::SqliteStore;

#[async_trait]
impl InboundJournal for SqliteStore {
    async fn record_inbound_event(&self, new: NewInboundEvent) -> Result<InboundEventWrite> {
        self.write(new, |new, tx| Box::pin(inbound_events::record(tx, new))).await
    }

    async fn list_inbound_events(&self, tenant: TenantId, filter: InboundEventFilter) -> Result<InboundEvents> {
        Ok(inbound_events::list(&self.reads, tenant, &filter).await?)
    }

    async fn forget_inbound_events(&self, before: Timestamp, limit: u32) -> Result<u64> {
        self.write((before, limit), |(before, limit), tx| Box::pin(inbound_events::forget(tx, *before, *limit))).await
    }
}
