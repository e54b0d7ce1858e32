use artel_domain::{ToolOutcome, Wait};
use serde::Serialize;

use crate::exchange::Exchange;

/// One call, from its order to its end. Everything in it may be journalled.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallReport {
    pub end: CallEnd,
    pub duration_ms: i64,
    pub exchange: Exchange,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallEnd {
    /// The model is told, and the run goes on.
    Finished(ToolOutcome),
    /// The call has no result yet.
    Waits(Wait),
    /// The call could not be begun, and is to be made again soon. The text is for the log.
    NotBegun(String),
    /// The run fails.
    Aborted { code: &'static str, message: String },
}
