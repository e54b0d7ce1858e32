//! Bodies: what is in them, and how it is written.

use serde_json::{Map, Value, json};

use super::encoded::decode;
use super::place::given;
use super::{BuildError, Call, encode, multipart};
use crate::schema::{Body, Operation, Place, Pointer};

/// What a body holds, before it is bytes.
pub(super) fn content(call: &Call<'_>) -> Result<Option<Value>, BuildError> {
    let is_rpc = call.operation.rpc.is_some() || has(call.operation, Place::RpcMethod);
    if call.operation.body == Body::None && !is_rpc {
        return Ok(None);
    }
    let mut content = call.operation.always.body.clone().unwrap_or_else(|| json!({}));
    for given in given(call.operation, call.params) {
        match given.parameter.place {
            Place::WholeBody | Place::RpcParams => content = given.value,
            Place::Body => {
                let at = given.parameter.at.clone().map_or(Ok(Pointer::member(given.name)), Pointer::try_from);
                at.map_err(|message| BuildError::parameter(given.name, message))?.write(&mut content, given.value);
            }
            _ => {}
        }
    }
    // A body that is the caller's and was not given is none.
    if has(call.operation, Place::WholeBody) && !given(call.operation, call.params).any(|g| is_whole(g.parameter.place))
    {
        return Ok(None);
    }
    if is_rpc { envelope(call, content).map(Some) } else { Ok(Some(content)) }
}

fn has(operation: &Operation, place: Place) -> bool {
    operation.parameters.iter().any(|(_, parameter)| parameter.place == place)
}

fn is_whole(place: Place) -> bool {
    place == Place::WholeBody
}

/// `{"jsonrpc": "2.0", "method", "params", …, "id": 1}`
fn envelope(call: &Call<'_>, params: Value) -> Result<Value, BuildError> {
    let named = given(call.operation, call.params).find(|given| given.parameter.place == Place::RpcMethod);
    let method = match (&call.operation.rpc, named) {
        (Some(method), _) => method.clone(),
        (None, Some(given)) => given.text()?,
        (None, None) => return Err(BuildError::parameter("method", "is required")),
    };
    let mut envelope = Map::new();
    envelope.insert("jsonrpc".into(), json!("2.0"));
    envelope.insert("method".into(), json!(method));
    envelope.insert("params".into(), params);
    envelope.extend(call.connector.rpc.iter().flat_map(|rpc| rpc.extra.clone()));
    envelope.insert("id".into(), json!(1));
    Ok(Value::Object(envelope))
}

/// The body as bytes, with its media type.
pub(super) fn write(call: &Call<'_>, content: Option<Value>) -> Result<Option<(String, Vec<u8>)>, BuildError> {
    let Some(content) = content else { return Ok(None) };
    let rpc = call.connector.rpc.as_ref().filter(|_| call.operation.body == Body::None);
    let (usual, bytes) = match call.operation.body {
        Body::None | Body::Json => {
            let media_type = rpc.map_or("application/json", |rpc| &rpc.media_type);
            (media_type.to_owned(), content.to_string().into_bytes())
        }
        Body::Form => ("application/x-www-form-urlencoded".to_owned(), form(call, &content)),
        Body::Multipart => multipart::write(call, &content)?,
        Body::Raw => ("application/octet-stream".to_owned(), raw(&content)?),
    };
    Ok(Some((call.operation.media_type.clone().unwrap_or(usual), bytes)))
}

fn form(call: &Call<'_>, content: &Value) -> Vec<u8> {
    let encoding = |name: &str| {
        let declared = call
            .operation
            .parameters
            .iter()
            .find(|(key, parameter)| parameter.at.as_deref().map_or(*key, |at| at.trim_start_matches('/')) == name);
        declared.map(|(_, parameter)| parameter.encode).unwrap_or_default()
    };
    let members = content.as_object().into_iter().flatten();
    let pairs: Vec<_> = members.flat_map(|(name, value)| encode::pairs(name, value, encoding(name))).collect();
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs);
    form.finish().into_bytes()
}

fn raw(content: &Value) -> Result<Vec<u8>, BuildError> {
    if let Some(text) = content.as_str() {
        return Ok(text.as_bytes().to_vec());
    }
    match content.get("base64") {
        Some(encoded) => decode(encoded),
        None => Ok(content.to_string().into_bytes()),
    }
}
