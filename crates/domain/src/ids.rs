//! Typed ids. All are UUIDs (v7 when Artel makes them), except a session's, which its client may choose.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

id! {
    /// An organisation: every row belongs to one.
    TenantId,
    /// A person in a tenant.
    UserId,
    ApiKeyId,
    AgentId,
    ToolId,
    BindingId,
    RunId,
    /// One tool call of a run: UUIDv5 of run, step and ordinal, so that it survives a crash.
    CallId,
    ApprovalId,
    /// One login: all refresh tokens that came of it.
    FamilyId,
}

impl CallId {
    /// The same call has the same id in every life of the process.
    pub fn derive(run: RunId, step: u32, ordinal: u32) -> Self {
        Self(Uuid::new_v5(&run.0, format!("call/{step}/{ordinal}").as_bytes()))
    }
}

impl ApprovalId {
    /// One approval for one call: asking twice after a crash finds the first question.
    pub fn derive(call: CallId) -> Self {
        Self(Uuid::new_v5(&call.0, b"approval"))
    }
}

/// A dialogue's id within its tenant: any string of 1 to 200 characters, a UUID when the client names none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct SessionId(pub String);

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
