use std::collections::BTreeMap;
use std::time::Duration;

use artel_domain::{
    AuditEntry, Notice, TenantId, Timestamp, WebhookAttempt, WebhookDelivery, WebhookDeliveryId, WebhookDeliveryState,
    WebhookEndpoint, WebhookEndpointId, WebhookEvent,
};
use async_trait::async_trait;

use crate::{Page, Result};

/// An endpoint that is to be kept, with its sealed secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWebhookEndpoint {
    pub endpoint: WebhookEndpoint,
    pub sealed: String,
}

/// What is to be another than before; `None`: as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebhookEndpointChange {
    pub url: Option<String>,
    pub description: Option<Option<String>>,
    pub events: Option<Vec<WebhookEvent>>,
    pub is_enabled: Option<bool>,
}

/// A notice that becomes messages.
#[derive(Debug, Clone, PartialEq)]
pub struct SpreadNotice {
    pub notice: Notice,
    /// The body of each message.
    pub payload: String,
    /// Where to, and the message's id there.
    pub to: Vec<(WebhookEndpointId, WebhookDeliveryId)>,
}

/// A message whose next attempt is the caller's, with what the attempt needs.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimedDelivery {
    pub delivery: WebhookDelivery,
    pub url: String,
    pub sealed: String,
    /// The secret before, while it signs too.
    pub old_sealed: Option<String>,
}

/// What came of an attempt, and what follows.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptEnd {
    pub tenant_id: TenantId,
    pub endpoint_id: WebhookEndpointId,
    pub delivery_id: WebhookDeliveryId,
    pub attempt: WebhookAttempt,
    /// All attempts, this one last.
    pub log: Vec<WebhookAttempt>,
    pub state: WebhookDeliveryState,
    /// Of a pending message.
    pub next_at: Option<Timestamp>,
    /// Where the attempt went.
    pub url: String,
    /// The receiver said 410: the endpoint is switched off, with this row in the audit log. When the endpoint has
    /// another URL by now, the message goes there instead.
    pub gone: Option<AuditEntry>,
}

/// Whose attempts are claimed, and how many.
#[derive(Debug, Clone)]
pub struct DeliveryClaim {
    pub now: Timestamp,
    /// How long an attempt is its claimer's: an attempt whose end nobody noted is lost then.
    pub hold: Duration,
    /// Endpoints whose last attempt failed, or those where it did not.
    pub of_failing: bool,
    /// The claimer's attempts under way, by endpoint.
    pub under_way: BTreeMap<WebhookEndpointId, u32>,
    /// At most this many in all.
    pub limit: u32,
    /// At most this many to one endpoint, with those under way.
    pub per_endpoint: u32,
}

/// Another secret for an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRotation {
    /// The sealed secret that is replaced.
    pub seen: String,
    pub sealed: String,
    /// So long the one that is replaced signs too. `None`: it opens with no key, so it is not kept.
    pub old_until: Option<Timestamp>,
}

/// The sealed secrets of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSecrets {
    pub current: String,
    pub old: Option<String>,
}

/// What tenants' own servers are told of. That something is to be told is written by triggers, in the transaction of
/// the thing itself; a tenant without an endpoint that wants it has no such row.
#[async_trait]
pub trait Webhooks: Send + Sync {
    /// A row with this id that is there already in this tenant (a retried request) is returned, and nothing is written.
    /// `None`: the tenant has `most` endpoints or more.
    async fn create_webhook_endpoint(
        &self,
        new: NewWebhookEndpoint,
        most: u32,
        audit: AuditEntry,
    ) -> Result<Option<WebhookEndpoint>>;
    /// Oldest first.
    async fn list_webhook_endpoints(&self, tenant: TenantId) -> Result<Vec<WebhookEndpoint>>;
    async fn find_webhook_endpoint(
        &self,
        tenant: TenantId,
        endpoint: WebhookEndpointId,
    ) -> Result<Option<WebhookEndpoint>>;
    /// Switching off drops the messages that did not arrive. Switching on forgets earlier failures and a 410. `None`:
    /// no such endpoint.
    async fn update_webhook_endpoint(
        &self,
        tenant: TenantId,
        endpoint: WebhookEndpointId,
        change: WebhookEndpointChange,
        audit: AuditEntry,
    ) -> Result<Option<WebhookEndpoint>>;
    /// `None`: no such endpoint.
    async fn webhook_secrets(&self, tenant: TenantId, endpoint: WebhookEndpointId) -> Result<Option<SealedSecrets>>;
    /// A secret that was older than the one replaced ends at once. `None`: the endpoint is gone, or its secret is not
    /// the one that was seen.
    async fn rotate_webhook_secret(
        &self,
        tenant: TenantId,
        endpoint: WebhookEndpointId,
        rotation: SecretRotation,
        audit: AuditEntry,
    ) -> Result<Option<WebhookEndpoint>>;
    /// With its messages. False: no such endpoint.
    async fn delete_webhook_endpoint(
        &self,
        tenant: TenantId,
        endpoint: WebhookEndpointId,
        audit: AuditEntry,
    ) -> Result<bool>;
    /// A message of its own to an endpoint that is switched on. `None`: there is no such one. The row that is there
    /// already under this id is returned.
    async fn send_webhook_test(&self, delivery: WebhookDelivery, audit: AuditEntry) -> Result<Option<WebhookDelivery>>;
    /// Newest first. The page and the number of all.
    async fn list_webhook_deliveries(
        &self,
        tenant: TenantId,
        endpoint: WebhookEndpointId,
        state: Option<WebhookDeliveryState>,
        page: Page,
    ) -> Result<(Vec<WebhookDelivery>, i64)>;
    /// Due at once, whatever came of it before. An attempt under way stays as it is. `None`: no such message, or its
    /// endpoint is switched off.
    async fn retry_webhook_delivery(
        &self,
        tenant: TenantId,
        endpoint: WebhookEndpointId,
        delivery: WebhookDeliveryId,
        audit: AuditEntry,
    ) -> Result<Option<WebhookDelivery>>;
    /// What is still to be told, of all tenants, oldest first. A row that this version cannot read is told in the log,
    /// stays there, and is put back for [`crate::tasks::UNREADABLE_FOR`], so that it keeps no place from others.
    async fn pending_notices(&self, now: Timestamp, limit: u32) -> Result<Vec<Notice>>;
    /// The notices are gone and their messages are there, due at once. A message that is there already stays as it is;
    /// to an endpoint that is switched off there is none. How many messages were made.
    async fn spread_notices(&self, notices: Vec<SpreadNotice>) -> Result<u64>;
    /// Begins attempts that are due, to endpoints that are switched on: first one to each endpoint with the fewest
    /// under way, the longest due of each first. Each attempt is one claimer's.
    async fn claim_webhook_deliveries(&self, claim: DeliveryClaim) -> Result<Vec<ClaimedDelivery>>;
    /// False: the attempt is not the claimer's any more; then nothing is written. What was dropped meanwhile stays
    /// dropped, with its log.
    async fn end_webhook_attempt(&self, end: AttemptEnd) -> Result<bool>;
    /// Messages that were made before `before` and need no attempt; at most `limit`, the oldest. How many.
    async fn forget_webhook_deliveries(&self, before: Timestamp, limit: u32) -> Result<u64>;
}
