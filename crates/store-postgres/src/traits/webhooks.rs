use artel_domain::{
    AuditEntry, Notice, TenantId, Timestamp, WebhookDelivery, WebhookDeliveryId, WebhookDeliveryState, WebhookEndpoint,
    WebhookEndpointId,
};
use artel_store::{
    AttemptEnd, ClaimedDelivery, DeliveryClaim, NewWebhookEndpoint, Page, Result, SealedSecrets, SecretRotation,
    SpreadNotice, WebhookEndpointChange, Webhooks,
};
use async_trait::async_trait;

use crate::error::{retrying, sweeping_again, within};
use crate::store::PostgresStore;
use crate::{webhook_deliveries, webhooks};

#[async_trait]
impl Webhooks for PostgresStore {
    async fn create_webhook_endpoint(
        &self,
        new: NewWebhookEndpoint,
        most: u32,
        audit: AuditEntry,
    ) -> Result<Option<WebhookEndpoint>> {
        retrying(|| webhooks::create(&self.pool, &new, most, &audit)).await
    }

    async fn list_webhook_endpoints(&self, tenant: TenantId) -> Result<Vec<WebhookEndpoint>> {
        within(webhooks::list(&self.pool, tenant)).await
    }

    async fn find_webhook_endpoint(
        &self,
        tenant: TenantId,
        endpoint: WebhookEndpointId,
    ) -> Result<Option<WebhookEndpoint>> {
        within(webhooks::find(&self.pool, tenant, endpoint)).await
    }

    async fn update_webhook_endpoint(
        &self,
        tenant: TenantId,
        endpoint: WebhookEndpointId,
        change: WebhookEndpointChange,
        audit: AuditEntry,
    ) -> Result<Option<WebhookEndpoint>> {
        retrying(|| webhooks::update(&self.pool, tenant, endpoint, &change, &audit)).await
    }

    async fn webhook_secrets(&self, tenant: TenantId, endpoint: WebhookEndpointId) -> Result<Option<SealedSecrets>> {
        within(webhooks::secrets(&self.pool, tenant, endpoint)).await
    }

    async fn rotate_webhook_secret(
        &self,
        tenant: TenantId,
        endpoint: WebhookEndpointId,
        rotation: SecretRotation,
        audit: AuditEntry,
    ) -> Result<Option<WebhookEndpoint>> {
        retrying(|| webhooks::rotate(&self.pool, tenant, endpoint, &rotation, &audit)).await
    }

    async fn delete_webhook_endpoint(
        &self,
        tenant: TenantId,
        endpoint: WebhookEndpointId,
        audit: AuditEntry,
    ) -> Result<bool> {
        retrying(|| webhooks::delete(&self.pool, tenant, endpoint, &audit)).await
    }

    async fn send_webhook_test(&self, delivery: WebhookDelivery, audit: AuditEntry) -> Result<Option<WebhookDelivery>> {
        retrying(|| webhook_deliveries::send_test(&self.pool, &delivery, &audit)).await
    }

    async fn list_webhook_deliveries(
        &self,
        tenant: TenantId,
        endpoint: WebhookEndpointId,
        state: Option<WebhookDeliveryState>,
        page: Page,
    ) -> Result<(Vec<WebhookDelivery>, i64)> {
        within(webhook_deliveries::list(&self.pool, tenant, endpoint, state, page)).await
    }

    async fn retry_webhook_delivery(
        &self,
        tenant: TenantId,
        endpoint: WebhookEndpointId,
        delivery: WebhookDeliveryId,
        audit: AuditEntry,
    ) -> Result<Option<WebhookDelivery>> {
        retrying(|| webhook_deliveries::retry(&self.pool, tenant, endpoint, delivery, &audit)).await
    }

    async fn pending_notices(&self, now: Timestamp, limit: u32) -> Result<Vec<Notice>> {
        within(webhook_deliveries::pending_notices(&self.pool, now, limit)).await
    }

    async fn spread_notices(&self, notices: Vec<SpreadNotice>) -> Result<u64> {
        retrying(|| webhook_deliveries::spread(&self.pool, &notices)).await
    }

    async fn claim_webhook_deliveries(&self, claim: DeliveryClaim) -> Result<Vec<ClaimedDelivery>> {
        retrying(|| webhook_deliveries::claim(&self.pool, &claim)).await
    }

    async fn end_webhook_attempt(&self, end: AttemptEnd) -> Result<bool> {
        retrying(|| webhook_deliveries::end_attempt(&self.pool, &end)).await
    }

    async fn forget_webhook_deliveries(&self, before: Timestamp, limit: u32) -> Result<u64> {
        sweeping_again(|| webhook_deliveries::forget(&self.pool, before, limit)).await
    }
}
