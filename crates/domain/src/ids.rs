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
    ///
    /// FROZEN: the name under which the id is made. Receivers know a call by its id (it is the idempotency key), and a run
    /// of an earlier version goes on with the ids that its journal has.
    pub fn derive(run: RunId, step: u32, ordinal: u32) -> Self {
        Self(Uuid::new_v5(&run.0, format!("call/{step}/{ordinal}").as_bytes()))
    }
}

impl ApprovalId {
    /// The first question about a call: asking twice after a crash finds it again.
    ///
    /// FROZEN: questions that wait in databases have these ids.
    pub fn derive(call: CallId) -> Self {
        Self(Uuid::new_v5(&call.0, b"approval"))
    }

    /// The question of this round about a call; rounds count from 1. A call has more than one when its tool was changed after it was
    /// approved.
    ///
    /// FROZEN: questions that wait in databases have these ids.
    pub fn of_round(call: CallId, round: u32) -> Self {
        if round <= 1 { Self::derive(call) } else { Self(Uuid::new_v5(&call.0, format!("approval/{round}").as_bytes())) }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_stay_what_they_were() {
        let call = CallId::derive(RunId(Uuid::from_u128(7)), 1, 0);
        assert_eq!(call.to_string(), "8d54a3a0-32a8-5446-a701-9a42cd9bd521");
        let ids = [ApprovalId::derive(call), ApprovalId::of_round(call, 1), ApprovalId::of_round(call, 2)];
        let first = "5d33b57f-6909-5560-8cac-3c3bc0f638b0";
        assert_eq!(ids.map(|id| id.to_string()), [first, first, "eda4d672-af68-5b4a-a700-5d64353b26f5"]);
    }
}
