use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One value that the caller of an operation gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Where it goes.
    #[serde(rename = "in")]
    pub place: Place,
    /// Its name there; a JSON Pointer when it goes into the body. Without it, the parameter's own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Sent when the caller says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// JSON Schema of the value; a model reads its `description`.
    #[serde(default = "anything", skip_serializing_if = "is_anything")]
    pub schema: Value,
    /// How the value is written in a path, a query or a form.
    #[serde(default, skip_serializing_if = "Encoding::is_default")]
    pub encode: Encoding,
    /// Media type of a part of a multipart body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
}

/// Where a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// `{name}` in the path.
    Path,
    /// `{...}` in the path: `Name=literal` among the others that are given, with commas.
    Argument,
    Query,
    Header,
    /// A member of the JSON or form body, or a part of a multipart body.
    Body,
    /// The whole body.
    WholeBody,
    /// A file in a multipart body: text, or `{"name", "media_type", "base64"}`.
    File,
    /// The HTTP method itself (generic connectors).
    Method,
    /// The rest of the URL's path (generic connectors).
    Address,
    /// An object, each member of which is a query parameter (generic connectors).
    QueryMap,
    /// An object, each member of which is a header (generic connectors).
    HeaderMap,
    /// The method of a JSON-RPC call (generic connectors).
    RpcMethod,
    /// The `params` of a JSON-RPC call (generic connectors).
    RpcParams,
}

/// How a value becomes text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// In a path: one segment, `/` becomes `%2F`. In a query or form: lists are repeated, objects are `a[b]`.
    #[default]
    Plain,
    /// In a path: several segments, `/` stays.
    Segments,
    /// Lists are joined with commas.
    Comma,
    /// Lists are `name[]=1&name[]=2`.
    Brackets,
    /// Lists are `name[0]=1&name[1]=2`.
    Indexed,
    /// Lists and objects are JSON text.
    Json,
    /// `guid'…'`
    OdataGuid,
    /// `datetime'…'`
    OdataDatetime,
    /// `'…'`, with quotes inside doubled.
    OdataString,
}

impl Encoding {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if takes a reference")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Parameter {
    /// An optional parameter of any type.
    pub fn new(place: Place, schema: Value) -> Self {
        Self { place, at: None, required: false, default: None, schema, encode: Encoding::Plain, media_type: None }
    }
}

fn anything() -> Value {
    json!({})
}

fn is_anything(schema: &Value) -> bool {
    schema.as_object().is_some_and(serde_json::Map::is_empty)
}
