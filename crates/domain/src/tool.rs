use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::words::words;
use crate::{AgentId, BindingId, EffectClass, TenantId, Timestamp, ToolId};

words! {
    ToolStatus { Active = "active", Deprecated = "deprecated" }
    /// Who executes a call.
    ExecutionType { HttpWebhook = "http_webhook", Internal = "internal" }
    /// How a webhook call authenticates itself.
    AuthType {
        None = "none", ApiKey = "api_key", Oauth2 = "oauth2", Service = "service",
        BearerToken = "bearer_token", BasicAuth = "basic_auth", CustomHeader = "custom_header", QueryParam = "query_param",
    }
    /// Where a webhook argument goes in the request.
    ArgumentPlace { Path = "path", Query = "query", Body = "body", Header = "header" }
    HttpMethod { Get = "GET", Post = "POST", Put = "PUT", Patch = "PATCH", Delete = "DELETE" }
    PermissionScope { Read = "read", Write = "write" }
}

/// Something a model may call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Tool)]
pub struct ToolDefinition {
    pub id: ToolId,
    pub tenant_id: TenantId,
    pub name: String,
    pub description: String,
    /// JSON Schema (2020-12) of `type: object` for the arguments.
    #[schema(value_type = Object)]
    pub input_schema: Value,
    pub execution_type: ExecutionType,
    pub endpoint: Option<String>,
    pub auth_type: AuthType,
    pub status: ToolStatus,
    pub version: i64,
    pub http_method: HttpMethod,
    #[serde(default)]
    pub parameter_mapping: BTreeMap<String, ArgumentPlace>,
    #[serde(default)]
    pub custom_headers: BTreeMap<String, String>,
    /// A JMESPath expression applied to the answer's JSON.
    pub response_transform: Option<String>,
    /// What happens to a call that was under way when the process died.
    pub effect: EffectClass,
    /// For `verifiable` tools: asked with `?idempotency_key=`; 404 means "never arrived".
    pub status_endpoint: Option<String>,
    /// A result answers the same call for so long, at most; `None`: every call is made. For `read_only` webhooks.
    #[serde(default)]
    pub cache_ttl_seconds: Option<u32>,
    pub created_at: Timestamp,
    pub updated_at: Option<Timestamp>,
}

/// The permission and limits under which one agent may use one tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Binding {
    pub id: BindingId,
    pub tenant_id: TenantId,
    pub agent_id: AgentId,
    pub tool_id: ToolId,
    pub permission_scope: PermissionScope,
    pub timeout_ms: u64,
    /// `"10/minute"`: calls per tenant, agent and tool.
    #[schema(value_type = Option<String>)]
    pub rate_limit: Option<RateLimit>,
    /// Host names the tool may reach; empty means only the endpoint's own host.
    pub allowed_domains: Vec<String>,
    /// The name of the secret used to authenticate.
    pub secrets_ref: Option<String>,
    /// A human decides about each call that the rules would let pass. It loosens no rule.
    #[serde(default)]
    pub require_approval: bool,
    pub created_at: Timestamp,
    pub updated_at: Option<Timestamp>,
}

/// `N/second|minute|hour|day`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RateLimit {
    pub count: u32,
    pub per: RatePeriod,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RatePeriod {
    Second,
    Minute,
    Hour,
    Day,
}

impl RatePeriod {
    const ALL: [(Self, &str, u64); 4] = [
        (Self::Second, "second", 1),
        (Self::Minute, "minute", 60),
        (Self::Hour, "hour", 3600),
        (Self::Day, "day", 86_400),
    ];

    fn row(self) -> (&'static str, u64) {
        Self::ALL.into_iter().find(|(p, ..)| *p == self).map_or(("day", 86_400), |(_, name, seconds)| (name, seconds))
    }
}

impl RateLimit {
    /// The window over which `count` is allowed.
    pub fn window(self) -> Duration {
        Duration::from_secs(self.per.row().1)
    }

    /// So many times as much in the same window.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { count: self.count.saturating_mul(times), ..self }
    }
}

impl std::str::FromStr for RateLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is not a rate such as 10/minute (N/second, N/minute, N/hour or N/day)");
        let (count, period) = text.split_once('/').ok_or_else(wrong)?;
        let count: u32 = count.trim().parse().map_err(|_| wrong())?;
        let (per, ..) = RatePeriod::ALL.into_iter().find(|(_, name, _)| *name == period.trim()).ok_or_else(wrong)?;
        if count == 0 {
            return Err(wrong());
        }
        Ok(Self { count, per })
    }
}

impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.count, self.per.row().0)
    }
}

impl Serialize for RateLimit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RateLimit {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
