use artel_domain::tool::HttpMethod;
use artel_domain::{
    AgentId, AuthType, Binding, BindingId, EffectClass, ExecutionType, PermissionScope, RateLimit, TenantId,
    ToolDefinition, ToolId, ToolStatus,
};
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::values::{json, number, time, word};

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
    type Error = Failure;

    fn try_from(row: ToolRow) -> Outcome<Self> {
        Ok(Self {
            id: ToolId(row.id),
            tenant_id: TenantId(row.tenant_id),
            name: row.name,
            description: row.description,
            input_schema: json("input_schema", &row.input_schema)?,
            execution_type: word("execution_type", &row.execution_type, ExecutionType::parse)?,
            endpoint: row.endpoint,
            auth_type: word("auth_type", &row.auth_type, AuthType::parse)?,
            status: word("status", &row.status, ToolStatus::parse)?,
            version: row.version,
            http_method: word("http_method", &row.http_method, HttpMethod::parse)?,
            parameter_mapping: json("parameter_mapping", &row.parameter_mapping)?,
            custom_headers: json("custom_headers", &row.custom_headers)?,
            response_transform: row.response_transform,
            effect: word("effect", &row.effect, EffectClass::parse)?,
            status_endpoint: row.status_endpoint,
            cache_ttl_seconds: row.cache_ttl_seconds.map(|seconds| number("cache_ttl_seconds", seconds)).transpose()?,
            created_at: time(row.created_at),
            updated_at: row.updated_at.map(time),
        })
    }
}

/// Before, after (each SQL text) and arguments of a query whose rows are tools.
macro_rules! tools {
    ($before:tt, $after:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::ToolRow,
            $before + r#" id AS "id!: uuid::Uuid", tenant_id AS "tenant_id!: uuid::Uuid", name AS "name!: String",
                description AS "description!: String", input_schema AS "input_schema!: String",
                execution_type AS "execution_type!: String", endpoint AS "endpoint?: String", auth_type AS "auth_type!: String",
                status AS "status!: String", version AS "version!: i64", http_method AS "http_method!: String",
                parameter_mapping AS "parameter_mapping!: String", custom_headers AS "custom_headers!: String",
                response_transform AS "response_transform?: String", effect AS "effect!: String",
                status_endpoint AS "status_endpoint?: String", cache_ttl_seconds AS "cache_ttl_seconds?: i64", created_at AS "created_at!: i64", updated_at AS "updated_at?: i64" "# + $after
            $(, $arg)*
        )
    };
}
pub(crate) use tools;

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
    type Error = Failure;

    fn try_from(row: BindingRow) -> Outcome<Self> {
        let rate = |text: &str| word("rate_limit", text, |text| text.parse::<RateLimit>().ok());
        Ok(Self {
            id: BindingId(row.id),
            tenant_id: TenantId(row.tenant_id),
            agent_id: AgentId(row.agent_id),
            tool_id: ToolId(row.tool_id),
            permission_scope: word("permission_scope", &row.permission_scope, PermissionScope::parse)?,
            timeout_ms: number("timeout_ms", row.timeout_ms)?,
            rate_limit: row.rate_limit.as_deref().map(rate).transpose()?,
            allowed_domains: json("allowed_domains", &row.allowed_domains)?,
            secrets_ref: row.secrets_ref,
            require_approval: row.require_approval,
            created_at: time(row.created_at),
            updated_at: row.updated_at.map(time),
        })
    }
}

/// Before, after (each SQL text) and arguments of a query whose rows are bindings.
macro_rules! bindings {
    ($before:tt, $after:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::BindingRow,
            $before + r#" id AS "id!: uuid::Uuid", tenant_id AS "tenant_id!: uuid::Uuid", agent_id AS "agent_id!: uuid::Uuid",
                tool_id AS "tool_id!: uuid::Uuid", permission_scope AS "permission_scope!: String", timeout_ms AS "timeout_ms!: i64",
                rate_limit AS "rate_limit?: String", allowed_domains AS "allowed_domains!: String", secrets_ref AS "secrets_ref?: String",
                require_approval AS "require_approval!: bool", created_at AS "created_at!: i64",
                updated_at AS "updated_at?: i64" "# + $after
            $(, $arg)*
        )
    };
}
pub(crate) use bindings;
