use artel_domain::tool::HttpMethod;
use artel_domain::{
    AgentId, AuthType, Binding, BindingId, EffectClass, ExecutionType, PermissionScope, RateLimit, TenantId,
    ToolDefinition, ToolId, ToolStatus,
};
use uuid::Uuid;

use crate::error::unreadable;
use crate::values::{number, parsed, time, word};

#[derive(Debug)]
pub(crate) struct ToolRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) input_schema: String,
    pub(crate) execution_type: String,
    pub(crate) endpoint: Option<String>,
    pub(crate) auth_type: String,
    pub(crate) status: String,
    pub(crate) version: i64,
    pub(crate) http_method: String,
    pub(crate) parameter_mapping: String,
    pub(crate) custom_headers: String,
    pub(crate) response_transform: Option<String>,
    pub(crate) effect: String,
    pub(crate) status_endpoint: Option<String>,
    pub(crate) cache_ttl_seconds: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: Option<i64>,
}

impl TryFrom<ToolRow> for ToolDefinition {
    type Error = sqlx::Error;

    fn try_from(row: ToolRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: ToolId(row.id),
            tenant_id: TenantId(row.tenant_id),
            name: row.name,
            description: row.description,
            input_schema: parsed(&row.input_schema)?,
            execution_type: word(ExecutionType::parse, &row.execution_type)?,
            endpoint: row.endpoint,
            auth_type: word(AuthType::parse, &row.auth_type)?,
            status: word(ToolStatus::parse, &row.status)?,
            version: row.version,
            http_method: word(HttpMethod::parse, &row.http_method)?,
            parameter_mapping: parsed(&row.parameter_mapping)?,
            custom_headers: parsed(&row.custom_headers)?,
            response_transform: row.response_transform,
            effect: word(EffectClass::parse, &row.effect)?,
            status_endpoint: row.status_endpoint,
            cache_ttl_seconds: row.cache_ttl_seconds.map(number).transpose()?,
            created_at: time(row.created_at),
            updated_at: row.updated_at.map(time),
        })
    }
}

/// `SELECT` of a tool's columns with this rest.
macro_rules! select_tool {
    ($rest:literal $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::ToolRow,
            "SELECT id, tenant_id, name, description, input_schema, execution_type, endpoint, auth_type, status, version, http_method,
                    parameter_mapping, custom_headers, response_transform, effect, status_endpoint, cache_ttl_seconds,
                    created_at, updated_at " + $rest
            $(, $arg)*
        )
    };
}

/// This statement `RETURNING` a tool's columns.
macro_rules! returning_tool {
    ($statement:literal $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::ToolRow,
            $statement
                + " RETURNING id, tenant_id, name, description, input_schema, execution_type, endpoint, auth_type, status, version,
                    http_method, parameter_mapping, custom_headers, response_transform, effect, status_endpoint, cache_ttl_seconds,
                    created_at, updated_at"
            $(, $arg)*
        )
    };
}

pub(crate) use {returning_tool, select_tool};

#[derive(Debug)]
pub(crate) struct BindingRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) agent_id: Uuid,
    pub(crate) tool_id: Uuid,
    pub(crate) permission_scope: String,
    pub(crate) timeout_ms: i64,
    pub(crate) rate_limit: Option<String>,
    pub(crate) allowed_domains: String,
    pub(crate) secrets_ref: Option<String>,
    pub(crate) require_approval: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: Option<i64>,
}

impl TryFrom<BindingRow> for Binding {
    type Error = sqlx::Error;

    fn try_from(row: BindingRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: BindingId(row.id),
            tenant_id: TenantId(row.tenant_id),
            agent_id: AgentId(row.agent_id),
            tool_id: ToolId(row.tool_id),
            permission_scope: word(PermissionScope::parse, &row.permission_scope)?,
            timeout_ms: number(row.timeout_ms)?,
            rate_limit: row.rate_limit.map(|rate| rate.parse::<RateLimit>().map_err(unreadable)).transpose()?,
            allowed_domains: parsed(&row.allowed_domains)?,
            secrets_ref: row.secrets_ref,
            require_approval: row.require_approval,
            created_at: time(row.created_at),
            updated_at: row.updated_at.map(time),
        })
    }
}
