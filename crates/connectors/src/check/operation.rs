use super::{Faults, header, names_known};
use crate::request::path_names;
use crate::schema::{Body, Connector, KeyIn, Later, Module, Operation, PageBy, Parameter, Place, Pointer};

pub(super) fn check(connector: &Connector, module: &Module, operation: &Operation, faults: &mut Faults<'_>) {
    let key = &operation.key;
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !(1..=64).contains(&key.len()) || !key.bytes().all(letters) {
        faults.add(format!("the key '{key}' is not of letters, digits, _ and -, at most 64"));
    }
    names_known(connector, &module.limits, faults);
    names_known(connector, &operation.limits, faults);
    where_to(connector, module, operation, faults);
    for (name, parameter) in operation.parameters.iter() {
        one(operation, name, parameter, &mut faults.within("parameters").within(name));
    }
    operation.always.headers.keys().for_each(|name| header(name, &mut faults.within("always")));
    if let Some(key) = operation.idempotency.as_ref().filter(|key| key.place == KeyIn::Header) {
        header(&key.name, &mut faults.within("idempotency"));
    }
    paging(operation, faults);
    others(connector, operation, faults);
    for example in &operation.examples {
        for name in example.params.keys().filter(|name| operation.parameters.get(name).is_none()) {
            faults.within("examples").add(format!("there is no parameter {name}"));
        }
    }
}

fn where_to(connector: &Connector, module: &Module, operation: &Operation, faults: &mut Faults<'_>) {
    let host = operation.host.as_ref().or(module.host.as_ref()).map_or("main", String::as_str);
    if !connector.hosts.contains_key(host) && connector.auth.iter().all(|scheme| scheme.host.is_none()) {
        faults.add(format!("there is no host {host}"));
    }
    if !operation.path.is_empty() && !operation.path.starts_with('/') {
        faults.add("a path begins with /");
    }
    for name in path_names(&operation.path) {
        let declared = operation.parameters.get(name);
        if declared.is_none_or(|parameter| parameter.place != Place::Path) {
            faults.add(format!("{{{name}}} in the path is no parameter in `path`"));
        }
    }
    let rpc = operation.rpc.is_some() || operation.parameters.iter().any(|(_, p)| p.place == Place::RpcMethod);
    if rpc && connector.rpc.is_none() {
        faults.add("an operation with `rpc` needs the connector's `rpc`");
    }
}

fn one(operation: &Operation, name: &str, parameter: &Parameter, faults: &mut Faults<'_>) {
    let wants = match parameter.place {
        Place::Path if !path_names(&operation.path).any(|known| known == name) => {
            Some(format!("{name} is not in the path: write {{{name}}} there"))
        }
        Place::Argument if !operation.path.contains("{...}") => {
            Some("a parameter in `argument` needs {...} in the path".to_owned())
        }
        Place::Body if operation.body == Body::None && operation.rpc.is_none() => {
            Some("a parameter in `body` needs the operation's `body` (json, form or multipart)".to_owned())
        }
        Place::WholeBody if operation.body == Body::None => {
            Some("a parameter in `whole_body` needs the operation's `body`".to_owned())
        }
        Place::File if operation.body != Body::Multipart => {
            Some("a parameter in `file` needs the operation's `body: multipart`".to_owned())
        }
        _ => None,
    };
    if let Some(message) = wants {
        faults.add(message);
    }
    if !parameter.schema.is_object() {
        faults.add("`schema` is a JSON Schema, an object");
    }
    if parameter.place == Place::Body
        && let Some(at) = &parameter.at
        && let Err(message) = Pointer::try_from(at.clone())
    {
        faults.add(message);
    }
}

fn paging(operation: &Operation, faults: &mut Faults<'_>) {
    let Some(paging) = &operation.paging else { return };
    let steering: Vec<&String> = match &paging.by {
        PageBy::Page { parameter, .. } | PageBy::Offset { parameter } => vec![parameter],
        PageBy::Cursor { send } | PageBy::LastId { send } => send.iter().map(|carry| &carry.parameter).collect(),
        PageBy::Link { .. } => Vec::new(),
    };
    for name in steering.into_iter().chain(&paging.size).filter(|name| operation.parameters.get(name).is_none()) {
        faults.within("paging").add(format!("there is no parameter {name}"));
    }
}

fn others(connector: &Connector, operation: &Operation, faults: &mut Faults<'_>) {
    if let Some(Later::Poll { operation: other, parameter, .. }) = &operation.later {
        match connector.operation(other) {
            None => faults.within("later").add(format!("there is no operation {other}")),
            Some((_, polled)) if polled.parameters.get(parameter).is_none() => {
                faults.within("later").add(format!("the operation {other} has no parameter {parameter}"));
            }
            Some(_) => {}
        }
    }
    let successor = operation.deprecated.as_ref().and_then(|deprecated| deprecated.successor.as_ref());
    if let Some(successor) = successor.filter(|successor| connector.operation(successor).is_none()) {
        faults.within("deprecated").add(format!("there is no operation {successor}"));
    }
}
