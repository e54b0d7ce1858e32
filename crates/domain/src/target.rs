//! Where a call would go and as whom, as it is shown to the human who decides about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::{Binding, ToolDefinition, ToolRef, digest};

/// A tool with everything that decides where a call of it goes and as whom. A call that was approved is made only while
/// this is what the human was shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target {
    pub tool: ToolRef,
    /// Members of the tool and of its binding, under the names of their views. The values of headers are digests,
    /// because they may be credentials.
    #[serde(flatten)]
    pub members: BTreeMap<String, Value>,
}

/// A member that differs from what was shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TargetChange {
    pub member: String,
    #[schema(schema_with = crate::any_value::any_value)]
    pub from: Value,
    #[schema(schema_with = crate::any_value::any_value)]
    pub to: Value,
}

/// The member that says as whom a tool makes the call, where the tool says that a human must know it.
const ACCOUNT: &str = "account";

impl Target {
    /// The same, made as this account.
    #[must_use]
    pub fn made_as(mut self, account: Option<&Value>) -> Self {
        self.members.extend(account.map(|account| (ACCOUNT.to_owned(), account.clone())));
        self
    }

    /// As whom the call is made, where the question said it.
    pub fn account(&self) -> Option<&Value> {
        self.members.get(ACCOUNT)
    }

    /// Of a tool whose reference says everything: a client's or a control tool.
    pub fn named(tool: ToolRef) -> Self {
        Self { tool, members: BTreeMap::new() }
    }

    /// Of a tool that a tenant registered, called under this binding.
    pub fn of_row(row: &ToolDefinition, binding: &Binding) -> Self {
        let headers: BTreeMap<&str, String> =
            row.custom_headers.iter().map(|(name, value)| (name.as_str(), digest::of(&json!(value)))).collect();
        let members = [
            ("name", json!(row.name)),
            ("execution_type", json!(row.execution_type)),
            ("endpoint", json!(row.endpoint)),
            ("http_method", json!(row.http_method)),
            ("parameter_mapping", json!(row.parameter_mapping)),
            ("custom_headers", json!(headers)),
            ("auth_type", json!(row.auth_type)),
            ("effect", json!(row.effect)),
            ("status_endpoint", json!(row.status_endpoint)),
            ("secrets_ref", json!(binding.secrets_ref)),
            ("allowed_domains", json!(binding.allowed_domains)),
        ];
        Self {
            tool: ToolRef::Row { id: row.id, version: row.version },
            members: members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        }
    }

    /// SHA-256 over the arguments and everything that decides where they go, hex.
    pub fn digest(&self, args: &Value) -> String {
        digest::of(&json!({ "arguments": args, "target": self }))
    }

    /// What differs in `now`, by member. Empty when a call would go to the same place.
    pub fn changes(&self, now: &Self) -> Vec<TargetChange> {
        let (before, after) = (self.flat(), now.flat());
        let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let change = |name: &String| {
            let of = |members: &BTreeMap<String, Value>| members.get(name).cloned().unwrap_or_default();
            let (from, to) = (of(&before), of(&after));
            (from != to).then(|| TargetChange { member: name.clone(), from, to })
        };
        names.into_iter().filter_map(change).collect()
    }

    /// All members side by side; a row's version is one of them, and so is each member of the account.
    fn flat(&self) -> BTreeMap<String, Value> {
        let mut members = self.members.clone();
        if let Some(Value::Object(account)) = members.get(ACCOUNT) {
            let account = account.iter().map(|(name, value)| (format!("{ACCOUNT}.{name}"), value.clone()));
            let account: Vec<(String, Value)> = account.collect();
            members.remove(ACCOUNT);
            members.extend(account);
        }
        match &self.tool {
            ToolRef::Row { id, version } => {
                members.insert("tool".to_owned(), json!({ "kind": "row", "id": id }));
                members.insert("version".to_owned(), json!(version));
            }
            other => {
                members.insert("tool".to_owned(), json!(other));
            }
        }
        members
    }
}

#[cfg(test)]
mod tests;
