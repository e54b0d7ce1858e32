//! What services send by themselves: where they deliver it, and what came.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{HookId, InboundEventId, JsonText, TenantId, Timestamp, UserId};

/// An address of an organisation where one service delivers. Its token and its secret are in no value of this type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Hook {
    pub id: HookId,
    #[serde(skip)]
    #[schema(ignore)]
    pub tenant_id: TenantId,
    /// The connector of the service that delivers here.
    pub connector_key: String,
    /// The last characters of its token.
    pub last4: String,
    /// Was a secret agreed with the service?
    pub has_secret: bool,
    pub created_by: UserId,
    pub created_at: Timestamp,
    /// When a delivery was refused last because nothing proved where it is from, to the minute.
    pub last_refused_at: Option<Timestamp>,
}

/// Something that a service sent by itself. All of it is what the service says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InboundEvent {
    #[serde(rename = "event_id")]
    #[schema(rename = "event_id")]
    pub id: InboundEventId,
    #[serde(skip)]
    #[schema(ignore)]
    pub tenant_id: TenantId,
    /// Where it was delivered.
    #[serde(skip)]
    #[schema(ignore)]
    pub hook_id: HookId,
    /// The connector of the service.
    pub service: String,
    /// The service's word for what happened; `null` when the connector knows no place of one.
    #[serde(rename = "type")]
    #[schema(rename = "type")]
    pub kind: Option<String>,
    pub received_at: Timestamp,
    /// The service's own id of the delivery; a digest of the body when it has none.
    pub delivery_id: String,
    /// The body: JSON, a form as an object, else a text, or `{"base64": …}` when it is no text.
    #[schema(value_type = serde_json::Value)]
    pub payload: JsonText,
}
