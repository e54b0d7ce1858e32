use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::auth::{Member, Scheme};
use super::failure::FailureRule;
use super::operation::Operation;
use super::pace::{Announced, Limit, Throttle};
use super::pointer::Pointer;
use super::template::Template;
use super::text::Text;
use super::webhook::Webhook;

/// An external service as data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connector {
    /// Lower case letters, digits and `_`; what agents and credentials name it by.
    pub key: String,
    pub title: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
    /// Where the service documents its API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation: Option<String>,
    /// Base URLs by name, without a `/` at the end; `main` is used when nothing else is said.
    pub hosts: BTreeMap<String, Template>,
    /// Hosts that replies may lead to (redirects, links to files), beside those of `hosts`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_hosts: Vec<String>,
    /// What a credential holds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub credential: BTreeMap<String, Member>,
    /// Ways to sign in; none means that the service wants no credential.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub auth: Vec<Scheme>,
    /// Sent with every request.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The service speaks JSON-RPC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rpc: Option<Rpc>,
    /// Replies that mean "no" although their status may be 200. Every status from 400 means it anyway.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FailureRule>,
    /// Replies that mean "too fast".
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub throttle: Vec<Throttle>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<Announced>,
    /// Limits by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, Limit>,
    /// Names of the limits that every operation counts against.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits_of_all: Vec<String>,
    pub modules: Vec<Module>,
    /// The operation that tells whether a credential works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<Probe>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<Webhook>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipes: Vec<Recipe>,
}

/// Operations that belong together; a grant may name a module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Module {
    pub key: String,
    pub title: Text,
    /// The host of its operations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<String>,
    pub operations: Vec<Operation>,
}

/// The envelope of a JSON-RPC service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rpc {
    /// Members beside `jsonrpc`, `method`, `params` and `id`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
    /// The header `Content-Type`.
    #[serde(default = "json_media_type")]
    pub media_type: String,
}

/// How a credential is tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    pub operation: String,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
    /// Where the result has the name of the account, its scopes, and the end of the credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Pointer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Pointer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Pointer>,
    /// The member of the credential that is a JWT whose claims say when it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwt: Option<String>,
}

/// How several operations are used together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    pub title: Text,
    pub steps: Text,
}

impl Connector {
    /// Every operation with its module.
    pub fn operations(&self) -> impl Iterator<Item = (&Module, &Operation)> {
        self.modules.iter().flat_map(|module| module.operations.iter().map(move |operation| (module, operation)))
    }

    /// The operation of that key, with its module.
    pub fn operation(&self, key: &str) -> Option<(&Module, &Operation)> {
        self.operations().find(|(_, operation)| operation.key == key)
    }
}

fn json_media_type() -> String {
    "application/json".to_owned()
}
