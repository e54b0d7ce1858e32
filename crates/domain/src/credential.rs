//! Accounts of external services, and which agent may use them for what.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use crate::{AgentId, CredentialId, GrantId, TenantId, Timestamp, UserId};

/// One account of an external service. Its secret is kept sealed beside it and is in no value of this type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Credential {
    #[serde(rename = "credential_id")]
    #[schema(rename = "credential_id")]
    pub id: CredentialId,
    #[serde(skip)]
    #[schema(ignore)]
    pub tenant_id: TenantId,
    /// The key of the connector that it is for.
    pub service_name: String,
    /// Tells the accounts of one service apart; unique among them.
    pub instance_id: String,
    /// What people call the account.
    #[serde(serialize_with = "crate::names::shown")]
    pub account_label: String,
    /// The only user whose runs may use it; `null`: the organisation's.
    pub user_id: Option<UserId>,
    pub created_at: Timestamp,
    /// When an agent used it last, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// The right of an agent to use a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub id: GrantId,
    pub tenant_id: TenantId,
    pub agent_id: AgentId,
    pub credential_id: CredentialId,
    pub scopes: GrantScopes,
    pub created_by: UserId,
    pub created_at: Timestamp,
}

/// What a grant says to one kind of call. Written as `true`, `false` or `"ask"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Consent {
    Yes,
    /// A human decides about each call.
    Ask,
    No,
}

/// What a grant covers: `read`, `write` and modules of the connector by name.
///
/// What is not named is allowed. Only when a module is named as allowed are the modules that are not named forbidden.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GrantScopes(pub BTreeMap<String, Consent>);

/// The scope of operations that change nothing.
const READ: &str = "read";
/// The scope of all others.
const WRITE: &str = "write";

impl GrantScopes {
    /// What the system agent has of every credential: reading, and writing when a human says so.
    pub fn of_system_agent() -> Self {
        Self(BTreeMap::from([(READ.to_owned(), Consent::Yes), (WRITE.to_owned(), Consent::Ask)]))
    }

    /// What the grant says to a call of an operation: the stricter of what it says to its kind and to its module.
    ///
    /// # Arguments
    /// * `module`: the module of the operation.
    pub fn consent(&self, module: &str, writes: bool) -> Consent {
        let kind = self.0.get(if writes { WRITE } else { READ }).copied().unwrap_or(Consent::Yes);
        kind.max(self.of_module(module))
    }

    /// Names that are neither `read` nor `write`.
    pub fn modules(&self) -> impl Iterator<Item = (&str, Consent)> {
        self.0.iter().filter(|(name, _)| !matches!(name.as_str(), READ | WRITE)).map(|(name, of)| (name.as_str(), *of))
    }

    fn of_module(&self, module: &str) -> Consent {
        let named = self.modules().find(|(name, _)| *name == module).map(|(_, consent)| consent);
        let narrows = || self.modules().any(|(_, consent)| consent != Consent::No);
        named.unwrap_or_else(|| if narrows() { Consent::No } else { Consent::Yes })
    }
}

impl Serialize for Consent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Yes => serializer.serialize_bool(true),
            Self::No => serializer.serialize_bool(false),
            Self::Ask => serializer.serialize_str("ask"),
        }
    }
}

impl<'de> Deserialize<'de> for Consent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::Bool(true) => Ok(Self::Yes),
            serde_json::Value::Bool(false) => Ok(Self::No),
            serde_json::Value::String(word) if word == "ask" => Ok(Self::Ask),
            _ => Err(serde::de::Error::custom("is true, false or \"ask\"")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn consent(scopes: &str, module: &str, writes: bool) -> Consent {
        serde_json::from_str::<GrantScopes>(scopes).unwrap().consent(module, writes)
    }

    #[test]
    fn what_is_not_named_is_allowed() {
        assert_eq!(consent("{}", "orders", true), Consent::Yes);
        assert_eq!(consent(r#"{"write":"ask"}"#, "orders", false), Consent::Yes);
        assert_eq!(consent(r#"{"write":"ask"}"#, "orders", true), Consent::Ask);
        assert_eq!(consent(r#"{"read":true,"write":false}"#, "orders", true), Consent::No);
    }

    #[test]
    fn a_module_that_is_named_as_allowed_forbids_the_others() {
        assert_eq!(consent(r#"{"orders":true}"#, "orders", true), Consent::Yes);
        assert_eq!(consent(r#"{"orders":true}"#, "prices", false), Consent::No);
        assert_eq!(consent(r#"{"orders":false}"#, "prices", false), Consent::Yes);
        assert_eq!(consent(r#"{"orders":false}"#, "orders", false), Consent::No);
        assert_eq!(consent(r#"{"orders":"ask","write":false}"#, "orders", true), Consent::No);
        assert_eq!(consent(r#"{"orders":"ask"}"#, "orders", false), Consent::Ask);
    }

    #[test]
    fn a_consent_is_written_as_it_was_read() {
        let text = r#"{"orders":"ask","read":true,"write":false}"#;
        let scopes: GrantScopes = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&scopes).unwrap(), text);
        for bad in [r#"{"read":1}"#, r#"{"read":"yes"}"#, r#"{"read":null}"#] {
            assert!(serde_json::from_str::<GrantScopes>(bad).is_err(), "{bad}");
        }
    }
}
