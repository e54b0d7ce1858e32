//! Why runs fail, as codes for programs. `docs/runs.md` has the table for people; a test holds the two together.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

// FROZEN: the words, because journals and rows of runs keep them, and clients decide by them.
macro_rules! failures {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// The code of a run that failed: `error_code` of a run, `code` of its last event.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum RunFailure {
            $($(#[$doc])* $variant,)*
            /// A code that this version does not know, as it is stored.
            Other(String),
        }

        impl RunFailure {
            /// Every code that this version knows.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for RunFailure {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }
    };
}

failures! {
    /// Somebody cancelled the run.
    Cancelled = "cancelled",
    /// The session's user went on while the run waited.
    Superseded = "superseded",
    /// Workers died over the run again and again.
    CrashedRepeatedly = "crashed_repeatedly",
    /// The run made more model calls than it may.
    MaxSteps = "max_steps",
    /// The specialists handed the task to each other more often than they may.
    AgentSwitchLimit = "agent_switch_limit",
    /// The context has no room for prompt, tools and input.
    ContextTooLarge = "CONTEXT_TOO_LARGE",
    /// The answer was cut off inside a tool call.
    ModelOutputTruncated = "model_output_truncated",
    /// The provider refused to answer.
    ContentFilter = "content_filter",
    /// A budget has no room for the next model call.
    BudgetExhausted = "budget_exhausted",
    /// A budget in money is set, and the model has no price.
    BudgetUnpriced = "budget_unpriced",
    /// The store did not say whether the budget has room.
    BudgetUnavailable = "budget_unavailable",
    /// The agent's model is not in the form `provider:model`, or names a provider that is not configured.
    ModelUnknown = "model_unknown",
    ModelUnavailable = "model_unavailable",
    ModelRateLimited = "model_rate_limited",
    ModelRejected = "model_rejected",
    ModelBadRequest = "model_bad_request",
    ModelRequestTooLarge = "model_request_too_large",
    ModelTimeout = "model_timeout",
    ModelProtocolError = "model_protocol_error",
    ModelNotConfigured = "model_not_configured",
    ModelNotFound = "model_not_found",
    ModelKeyRefused = "model_key_refused",
    ModelQuotaExhausted = "model_quota_exhausted",
    ModelCircuitOpen = "model_circuit_open",
}

impl RunFailure {
    /// The end was wanted: the run counts as cancelled, not as failed.
    pub fn is_wanted(&self) -> bool {
        matches!(self, Self::Cancelled | Self::Superseded)
    }

    /// The model or its provider is the cause.
    pub fn is_of_the_model(&self) -> bool {
        self.as_str().starts_with("model_")
    }
}

impl From<String> for RunFailure {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl FromStr for RunFailure {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl fmt::Display for RunFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq<str> for RunFailure {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for RunFailure {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl Serialize for RunFailure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for RunFailure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes in the first column of the table, in order.
    fn documented() -> Vec<String> {
        let page = include_str!("../../../docs/runs.md");
        let table = page.split_once("## Why a run failed").unwrap().1.split("\n## ").next().unwrap();
        let cells = table.lines().filter_map(|line| line.strip_prefix("| `")).filter_map(|line| line.split_once('`'));
        cells.map(|(code, _)| code.to_owned()).filter(|code| code != "error_code").collect()
    }

    #[test]
    fn the_table_of_the_docs_has_every_code_once_and_no_other() {
        let codes: Vec<_> = RunFailure::ALL.iter().map(|code| code.as_str().to_owned()).collect();
        assert_eq!(documented(), codes);
    }

    #[test]
    fn a_code_of_another_version_is_kept_as_it_is() {
        let code: RunFailure = serde_json::from_str(r#""out_of_paper""#).unwrap();
        assert_eq!(code, RunFailure::Other("out_of_paper".to_owned()));
        assert_eq!(serde_json::to_string(&code).unwrap(), r#""out_of_paper""#);
        for known in RunFailure::ALL {
            assert_eq!(RunFailure::from(known.as_str()), *known);
        }
    }
}
