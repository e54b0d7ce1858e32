use artel_domain::{
    AgentId, Notice, NoticedApproval, NoticedRun, Principal, RunId, SessionId, TenantId, UserId, WebhookDelivery,
    WebhookDeliveryId, WebhookDeliveryState, WebhookEndpoint, WebhookEndpointId, WebhookEvent,
};
use uuid::Uuid;

use crate::values::{parsed, time, word};

#[derive(Debug)]
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
    type Error = sqlx::Error;

    fn try_from(row: WebhookEndpointRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: WebhookEndpointId(row.id),
            tenant_id: TenantId(row.tenant_id),
            url: row.url,
            description: row.description,
            events: known(&parsed::<Vec<String>>(&row.events)?),
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

#[derive(Debug)]
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
    type Error = sqlx::Error;

    fn try_from(row: WebhookDeliveryRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: WebhookDeliveryId(row.id),
            tenant_id: TenantId(row.tenant_id),
            endpoint_id: WebhookEndpointId(row.endpoint_id),
            event: word(WebhookEvent::parse, &row.event)?,
            payload: row.payload,
            state: word(WebhookDeliveryState::parse, &row.state)?,
            attempts: row.attempts,
            log: parsed(&row.log)?,
            next_at: row.next_at.map(time),
            created_at: time(row.created_at),
        })
    }
}

/// A notice with what may be told of its run and its approval.
#[derive(Debug)]
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
    type Error = sqlx::Error;

    fn try_from(row: NoticeRow) -> sqlx::Result<Self> {
        let event = word(WebhookEvent::parse, &row.event)?;
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

fn run(row: &NoticeRow) -> sqlx::Result<Option<NoticedRun>> {
    let (Some(id), Some(agent), Some(principal), Some(created)) =
        (row.run_id, row.agent_id, &row.principal, row.run_created_at)
    else {
        return Ok(None);
    };
    Ok(Some(NoticedRun {
        id: RunId(id),
        agent_id: AgentId(agent),
        session_id: row.session_id.clone().map(SessionId),
        user_id: parsed::<Principal>(principal)?.user_id,
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
    ($before:literal, $after:literal $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::WebhookEndpointRow,
            $before + r#" id, tenant_id, url, description, events, is_enabled, is_gone, failures, failing_since, old_secret_until,
                created_by, created_at, updated_at "# + $after
            $(, $arg)*
        )
    };
}
pub(crate) use webhook_endpoints;

/// The same of messages.
macro_rules! webhook_deliveries {
    ($before:literal, $after:literal $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::WebhookDeliveryRow,
            $before + r#" id, tenant_id, endpoint_id, event, payload, state, attempts, log, next_at, created_at "# + $after
            $(, $arg)*
        )
    };
}
pub(crate) use webhook_deliveries;
