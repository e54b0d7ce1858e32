use artel_domain::{
    AuditEntry, Notice, TenantId, Timestamp, WebhookDelivery, WebhookDeliveryId, WebhookDeliveryState, WebhookEndpoint,
    WebhookEndpointId,
};
use artel_store::tasks::UNREADABLE_FOR;
use artel_store::{
    AttemptEnd, ClaimedDelivery, DeliveryClaim, NewWebhookEndpoint, Page, Result, SealedSecrets, SecretRotation,
    SpreadNotice, WebhookEndpointChange, Webhooks,
};
use async_trait::async_trait;

use crate::store::SqliteStore;
use crate::values::later;
use crate::{webhook_deliveries, webhooks};

#[async_trait]
impl Webhooks for SqliteStore {
    async fn create_webhook_endpoint(
        &self,
        new: NewWebhookEndpoint,
        most: u32,
        audit: AuditEntry,
    ) -> Result<Option<WebhookEndpoint>> {
        self.write((new, most, audit), |(new, most, audit), tx| Box::pin(webhooks::create(tx, new, *most, audit))).await
    }

    async fn list_webhook_endpoints(&self, tenant: TenantId) -> Result<Vec<WebhookEndpoint>> {
        Ok(webhooks::list(&self.reads, tenant).await?)
    }

    async fn find_webhook_endpoint(
        &self,
        tenant: TenantId,
        endpoint: WebhookEndpointId,
    ) -> Result<Option<WebhookEndpoint>> {
        Ok(webhooks::find(&self.reads, tenant, endpoint).await?)
    }

    async fn update_webhook_endpoint(
        &self,
        tenant: TenantId,
        endpoint: WebhookEndpointId,
        change: WebhookEndpointChange,
        audit: AuditEntry,
    ) -> Result<Option<WebhookEndpoint>> {
        self.write((tenant, endpoint, change, audit), |(tenant, endpoint, change, audit), tx| {
            Box::pin(webhooks::update(tx, *tenant, *endpoint, change, audit))
        })
        .await
    }

    async fn webhook_secrets(&self, tenant: TenantId, endpoint: WebhookEndpointId) -> Result<Option<SealedSecrets>> {
        Ok(webhooks::secrets(&self.reads, tenant, endpoint).await?)
    }

    async fn rotate_webhook_secret(
        &self,
        tenant: TenantId,
        endpoint: WebhookEndpointId,
        rotation: SecretRotation,
        audit: AuditEntry,
    ) -> Result<Option<WebhookEndpoint>> {
        self.write((tenant, endpoint, rotation, audit), |(tenant, endpoint, rotation, audit), tx| {
            Box::pin(webhooks::rotate(tx, *tenant, *endpoint, rotation, audit))
        })
        .await
    }

    async fn delete_webhook_endpoint(
        &self,
        tenant: TenantId,
        endpoint: WebhookEndpointId,
        audit: AuditEntry,
    ) -> Result<bool> {
        self.write((tenant, endpoint, audit), |(tenant, endpoint, audit), tx| {
            Box::pin(webhooks::delete(tx, *tenant, *endpoint, audit))
        })
        .await
    }

    async fn send_webhook_test(&self, delivery: WebhookDelivery, audit: AuditEntry) -> Result<Option<WebhookDelivery>> {
        self.write((delivery, audit), |(delivery, audit), tx| {
            Box::pin(webhook_deliveries::send_test(tx, delivery, audit))
        })
        .await
    }

    async fn list_webhook_deliveries(
        &self,
        tenant: TenantId,
        endpoint: WebhookEndpointId,
        state: Option<WebhookDeliveryState>,
        page: Page,
    ) -> Result<(Vec<WebhookDelivery>, i64)> {
        Ok(webhook_deliveries::list(&self.reads, tenant, endpoint, state, page).await?)
    }

    async fn retry_webhook_delivery(
        &self,
        tenant: TenantId,
        endpoint: WebhookEndpointId,
        delivery: WebhookDeliveryId,
        audit: AuditEntry,
    ) -> Result<Option<WebhookDelivery>> {
        self.write((tenant, endpoint, delivery, audit), |(tenant, endpoint, delivery, audit), tx| {
            Box::pin(webhook_deliveries::retry(tx, *tenant, *endpoint, *delivery, audit))
        })
        .await
    }

    async fn pending_notices(&self, now: Timestamp, limit: u32) -> Result<Vec<Notice>> {
        let (notices, unreadable) = webhook_deliveries::pending_notices(&self.reads, now, limit).await?;
        if !unreadable.is_empty() {
            let asked = (unreadable, later(now, UNREADABLE_FOR));
            self.write(asked, |(notices, until), tx| {
                Box::pin(webhook_deliveries::put_back_notices(tx, notices, *until))
            })
            .await?;
        }
        Ok(notices)
    }

    async fn spread_notices(&self, notices: Vec<SpreadNotice>) -> Result<u64> {
        self.write(notices, |notices, tx| Box::pin(webhook_deliveries::spread(tx, notices))).await
    }

    async fn claim_webhook_deliveries(&self, claim: DeliveryClaim) -> Result<Vec<ClaimedDelivery>> {
        if !webhook_deliveries::any_due(&self.reads, claim.now).await? {
            return Ok(Vec::new());
        }
        self.write(claim, |claim, tx| Box::pin(webhook_deliveries::claim(tx, claim))).await
    }

    async fn end_webhook_attempt(&self, end: AttemptEnd) -> Result<bool> {
        self.write(end, |end, tx| Box::pin(webhook_deliveries::end_attempt(tx, end))).await
    }

    async fn forget_webhook_deliveries(&self, before: Timestamp, limit: u32) -> Result<u64> {
        self.write((before, limit), |(before, limit), tx| Box::pin(webhook_deliveries::forget(tx, *before, *limit)))
            .await
    }
}
