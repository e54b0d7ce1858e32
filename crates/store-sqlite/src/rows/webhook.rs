use artel_domain::{
    AgentId, Notice, NoticedApproval, NoticedRun, Principal, RunId, SessionId, TenantId, UserId, WebhookDelivery,
    WebhookDeliveryId, WebhookDeliveryState, WebhookEndpoint, WebhookEndpointId, WebhookEvent,
};
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::values::{json, time, word};

pub(crate) struct WebhookEndpointRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) url: String,
    pub(crate) description: Option<String>,
    pub(crate) events: String,
    pub(crate) is_enabled: bool,
    pub(crate) is_gone: bool,
    pub(crate) failures: i64,
    pub(crate) failing_since: Option<i64>,
    pub(crate) old_secret_until: Option<i64>,
    pub(crate) created_by: Uuid,
    pub(crate) created_at: i64,
    pub(crate) updated_at: Option<i64>,
}

impl TryFrom<WebhookEndpointRow> for WebhookEndpoint {
    type Error = Failure;

    fn try_from(row: WebhookEndpointRow) -> Outcome<Self> {
        Ok(Self {
            id: WebhookEndpointId(row.id),
            tenant_id: TenantId(row.tenant_id),
            url: row.url,
            description: row.description,
            events: known(&json::<Vec<String>>("events", &row.events)?),
            is_enabled: row.is_enabled,
            is_gone: row.is_gone,
            failures: row.failures,
            failing_since: row.failing_since.map(time),
            old_secret_until: row.old_secret_until.map(time),
            created_by: UserId(row.created_by),
            created_at: time(row.created_at),
            updated_at: row.updated_at.map(time),
        })
    }
}

/// A later release may know more kinds: the endpoint is told of those that this one knows.
fn known(words: &[String]) -> Vec<WebhookEvent> {
    words.iter().filter_map(|word| WebhookEvent::parse(word)).collect()
}

pub(crate) struct WebhookDeliveryRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) endpoint_id: Uuid,
    pub(crate) event: String,
    pub(crate) payload: String,
    pub(crate) state: String,
    pub(crate) attempts: i64,
    pub(crate) log: String,
    pub(crate) next_at: Option<i64>,
    pub(crate) created_at: i64,
}

impl TryFrom<WebhookDeliveryRow> for WebhookDelivery {
    type Error = Failure;

    fn try_from(row: WebhookDeliveryRow) -> Outcome<Self> {
        Ok(Self {
            id: WebhookDeliveryId(row.id),
            tenant_id: TenantId(row.tenant_id),
            endpoint_id: WebhookEndpointId(row.endpoint_id),
            event: word("event", &row.event, WebhookEvent::parse)?,
            payload: row.payload,
            state: word("state", &row.state, WebhookDeliveryState::parse)?,
            attempts: row.attempts,
            log: json("log", &row.log)?,
            next_at: row.next_at.map(time),
            created_at: time(row.created_at),
        })
    }
}

/// A notice with what may be told of its run and its approval.
pub(crate) struct NoticeRow {
    pub(crate) tenant_id: Uuid,
    pub(crate) subject_id: Uuid,
    pub(crate) event: String,
    pub(crate) state: String,
    pub(crate) at: i64,
    pub(crate) run_id: Option<Uuid>,
    pub(crate) agent_id: Option<Uuid>,
    pub(crate) session_id: Option<String>,
    pub(crate) principal: Option<String>,
    pub(crate) parent_run_id: Option<Uuid>,
    pub(crate) error_code: Option<String>,
    pub(crate) run_created_at: Option<i64>,
    pub(crate) tool_name: Option<String>,
    pub(crate) decision: Option<String>,
    pub(crate) decided_by: Option<Uuid>,
    pub(crate) asked_at: Option<i64>,
    pub(crate) expires_at: Option<i64>,
}

impl TryFrom<NoticeRow> for Notice {
    type Error = Failure;

    fn try_from(row: NoticeRow) -> Outcome<Self> {
        let event = word("event", &row.event, WebhookEvent::parse)?;
        let (run, approval) = (run(&row)?, approval(&row));
        Ok(Self {
            tenant_id: TenantId(row.tenant_id),
            subject: row.subject_id,
            event,
            state: row.state,
            at: time(row.at),
            run,
            approval,
        })
    }
}

fn run(row: &NoticeRow) -> Outcome<Option<NoticedRun>> {
    let (Some(id), Some(agent), Some(principal), Some(created)) =
        (row.run_id, row.agent_id, &row.principal, row.run_created_at)
    else {
        return Ok(None);
    };
    Ok(Some(NoticedRun {
        id: RunId(id),
        agent_id: AgentId(agent),
        session_id: row.session_id.clone().map(SessionId),
        user_id: json::<Principal>("principal", principal)?.user_id,
        parent_run_id: row.parent_run_id.map(RunId),
        error_code: row.error_code.clone(),
        created_at: time(created),
    }))
}

fn approval(row: &NoticeRow) -> Option<NoticedApproval> {
    Some(NoticedApproval {
        tool_name: row.tool_name.clone()?,
        decision: row.decision.clone(),
        decided_by: row.decided_by.map(UserId),
        created_at: time(row.asked_at?),
        expires_at: row.expires_at.map(time),
    })
}

/// Before, after (each SQL text) and arguments of a query whose rows are endpoints.
macro_rules! webhook_endpoints {
    ($before:tt, $after:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::WebhookEndpointRow,
            $before + r#" id AS "id!: uuid::Uuid", tenant_id AS "tenant_id!: uuid::Uuid", url AS "url!: String",
                description AS "description?: String", events AS "events!: String", is_enabled AS "is_enabled!: bool",
                is_gone AS "is_gone!: bool", failures AS "failures!: i64", failing_since AS "failing_since?: i64",
                old_secret_until AS "old_secret_until?: i64", created_by AS "created_by!: uuid::Uuid",
                created_at AS "created_at!: i64", updated_at AS "updated_at?: i64" "# + $after
            $(, $arg)*
        )
    };
}
pub(crate) use webhook_endpoints;

/// The same of messages.
macro_rules! webhook_deliveries {
    ($before:tt, $after:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::WebhookDeliveryRow,
            $before + r#" id AS "id!: uuid::Uuid", tenant_id AS "tenant_id!: uuid::Uuid",
                endpoint_id AS "endpoint_id!: uuid::Uuid", event AS "event!: String", payload AS "payload!: String",
                state AS "state!: String", attempts AS "attempts!: i64", log AS "log!: String", next_at AS "next_at?: i64",
                created_at AS "created_at!: i64" "# + $after
            $(, $arg)*
        )
    };
}
pub(crate) use webhook_deliveries;
