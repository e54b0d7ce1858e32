use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What came of a trial. Secrets are masked in every member.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct TestReport {
    pub status_code: Option<u16>,
    pub latency_ms: i64,
    pub raw_body: Option<String>,
    #[schema(value_type = Option<Object>)]
    pub transformed_body: Option<Value>,
    pub error: Option<String>,
    pub request_url: Option<String>,
    pub request_method: Option<String>,
}

impl TestReport {
    pub(crate) fn failed(error: String) -> Self {
        Self { error: Some(error), ..Self::default() }
    }
}
