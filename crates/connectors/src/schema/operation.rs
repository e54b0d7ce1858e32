use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::condition::Condition;
use super::failure::{FailureRule, ItemFailures};
use super::method::Method;
use super::pace::Wait;
use super::paging::Paging;
use super::parameters::Parameters;
use super::pointer::Pointer;
use super::text::Text;

/// One thing that a service can be asked to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    pub key: String,
    pub summary: Text,
    /// Does it change anything? The verb does not say: many services read by POST.
    pub access: Access,
    #[serde(default)]
    pub method: Method,
    /// The name of a host of the connector; without it, the module's, else `main`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Begins with `/`; `{name}` is a parameter, `{...}` all parameters in `argument`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// The method of a JSON-RPC call; body parameters become its `params`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rpc: Option<String>,
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    pub parameters: Parameters,
    /// What is sent whatever the caller says.
    #[serde(default, skip_serializing_if = "Always::is_empty")]
    pub always: Always,
    #[serde(default, skip_serializing_if = "Body::is_none")]
    pub body: Body,
    /// The media type of a raw body; else it follows from `body`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    #[serde(default)]
    pub reply: Reply,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paging: Option<Paging>,
    /// Names of limits of the connector, beside the module's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<String>,
    /// Come before the connector's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FailureRule>,
    /// A reply that took some of many items and refused others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_errors: Option<ItemFailures>,
    /// The result comes later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later: Option<Later>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency: Option<Idempotency>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<Deprecated>,
    /// How long a reply may take; the service's own bound or 30 s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
}

/// Does an operation change anything?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    Read,
    Write,
    /// The parameter in `method` says: GET and HEAD read.
    ByMethod,
    /// Reads when the parameter in `rpc_method` is in this list of the credential.
    ReadIfListed(String),
}

/// What goes into every request of an operation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Always {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Members of the body that parameters are written into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

impl Always {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How a body is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    #[default]
    None,
    Json,
    Form,
    Multipart,
    /// The parameter in `whole_body` as it is: text, or `{"base64"}`.
    Raw,
}

impl Body {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if takes a reference")]
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// What comes back.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    #[serde(default, rename = "as")]
    pub kind: ReplyKind,
    /// The part of a JSON reply that the caller gets.
    #[serde(default)]
    pub data: Pointer,
    /// The header `Accept`, where it decides what comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accept: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyKind {
    #[default]
    Json,
    Text,
    Binary,
    /// Whatever comes: JSON when it is, else text, else binary.
    Any,
}

/// A result that is not there at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Later {
    /// The same request again, until the reply is another one.
    Repeat { when: Condition, wait: Vec<Wait>, otherwise_seconds: u32 },
    /// Another operation is asked until it is done.
    Poll {
        /// The key of the operation that is asked.
        operation: String,
        /// Its parameter, and where this reply has the value.
        parameter: String,
        from: Pointer,
        /// When the reply of that operation is the result, or no result will come.
        done: Condition,
        failed: Condition,
        every_seconds: u32,
        /// A link in the last reply that is fetched.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        download: Option<Pointer>,
    },
}

/// A key that makes a repeated request harmless.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Idempotency {
    #[serde(rename = "in")]
    pub place: KeyIn,
    pub name: String,
    /// Replies that mean: this was done before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replayed: Vec<Condition>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyIn {
    Query,
    Header,
}

/// An operation that will go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deprecated {
    /// The day from which it does not work, `2026-08-01`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The key of the operation that takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// A call and what it answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
    pub reply: Value,
}
