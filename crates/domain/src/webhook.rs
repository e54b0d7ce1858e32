//! What a tenant's own servers are told of: where, and how each message fared.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::words::words;
use crate::{RunId, SessionId, TenantId, Timestamp, UserId, WebhookDeliveryId, WebhookEndpointId};

words! {
    /// What happened.
    WebhookEvent {
        /// A human is asked.
        ApprovalRequested = "approval.requested",
        /// Approved or rejected, by a human or by the client that executes the call.
        ApprovalDecided = "approval.decided",
        /// Nobody decided in time.
        ApprovalExpired = "approval.expired",
        /// The question is open no more: its run ends, or the call is asked about anew.
        ApprovalCancelled = "approval.cancelled",
        RunSucceeded = "run.succeeded",
        RunFailed = "run.failed",
        RunCancelled = "run.cancelled",
        /// An administrator asked for a message. Every endpoint gets it.
        WebhookTest = "webhook.test",
    }
    /// How a message stands.
    WebhookDeliveryState {
        /// It waits for its next attempt.
        Pending = "pending",
        /// An attempt is under way.
        Sending = "sending",
        /// The receiver answered with 2xx.
        Delivered = "delivered",
        /// Every attempt failed.
        Failed = "failed",
        /// The endpoint was switched off before the message arrived.
        Dropped = "dropped",
    }
}

/// Where a tenant wants to be told. Its secret is in no value of this type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEndpoint {
    pub id: WebhookEndpointId,
    pub tenant_id: TenantId,
    pub url: String,
    /// For people.
    pub description: Option<String>,
    /// What is told.
    pub events: Vec<WebhookEvent>,
    pub is_enabled: bool,
    /// The receiver answered 410, which switched the endpoint off.
    pub is_gone: bool,
    /// Attempts that failed since the last one that did not.
    pub failures: i64,
    /// When the first of these failed.
    pub failing_since: Option<Timestamp>,
    /// Until then messages are signed with the secret before, too.
    pub old_secret_until: Option<Timestamp>,
    pub created_by: UserId,
    pub created_at: Timestamp,
    pub updated_at: Option<Timestamp>,
}

/// One message to one endpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookDelivery {
    pub id: WebhookDeliveryId,
    pub tenant_id: TenantId,
    pub endpoint_id: WebhookEndpointId,
    pub event: WebhookEvent,
    /// The body, byte for byte in every attempt.
    pub payload: String,
    pub state: WebhookDeliveryState,
    /// Attempts that were begun.
    pub attempts: i64,
    /// The attempts, oldest first. One that is under way has no entry yet.
    pub log: Vec<WebhookAttempt>,
    /// When the next attempt begins; of an attempt under way, when it counts as lost.
    pub next_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookAttempt {
    /// From 1.
    pub number: i64,
    /// When it was begun.
    pub at: Timestamp,
    /// The receiver's HTTP status; `null` without an answer.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// Why there is no answer.
    pub error: Option<String>,
    /// The beginning of the receiver's answer, without control characters and invisible characters. It is what the
    /// receiver says.
    pub reply: Option<String>,
}

/// Something that happened and that some endpoint wants to be told of.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    pub tenant_id: TenantId,
    /// The run's or the approval's id: with `event`, the name of the notice.
    pub subject: uuid::Uuid,
    pub event: WebhookEvent,
    /// The state that the run or the approval came to.
    pub state: String,
    pub at: Timestamp,
    /// `None`: the run was deleted meanwhile.
    pub run: Option<NoticedRun>,
    /// Of an approval.
    pub approval: Option<NoticedApproval>,
}

/// What may be told of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticedRun {
    pub id: RunId,
    pub agent_id: crate::AgentId,
    /// `None` in a private session: in some surfaces its id is half of a key.
    pub session_id: Option<SessionId>,
    /// On whose behalf it acts.
    pub user_id: UserId,
    pub parent_run_id: Option<RunId>,
    pub error_code: Option<String>,
    pub created_at: Timestamp,
}

/// What may be told of an approval: never arguments, reasons or feedback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticedApproval {
    pub tool_name: String,
    pub decision: Option<String>,
    pub decided_by: Option<UserId>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
}

impl WebhookDelivery {
    /// A message that is due at once.
    pub fn new(notice: &Notice, endpoint_id: WebhookEndpointId, id: WebhookDeliveryId, payload: &str) -> Self {
        Self {
            id,
            tenant_id: notice.tenant_id,
            endpoint_id,
            event: notice.event,
            payload: payload.to_owned(),
            state: WebhookDeliveryState::Pending,
            attempts: 0,
            log: Vec::new(),
            next_at: Some(notice.at),
            created_at: notice.at,
        }
    }

    /// The body as JSON.
    pub fn body(&self) -> Value {
        serde_json::from_str(&self.payload).unwrap_or_default()
    }
}
