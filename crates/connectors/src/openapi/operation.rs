//! One operation of the document.

use serde_json::{Value, json};

use super::body;
use super::budget::{LONGEST_NAME, MAX_PARAMETERS};
use super::document::Document;
use super::parameter;
use super::report::Report;
use super::schemas::Schemas;
use super::servers::Servers;
use super::signing_in::Signing;
use super::words::shortened;
use crate::request::leaves;
use crate::schema::{
    Access, Always, Body, Condition, Deprecated, Method, Operation, Reply, ReplyKind, Text, Throttle, Wait,
};

/// Where an operation stands.
pub(super) struct Source<'a> {
    pub(super) path: &'a str,
    pub(super) method: &'a str,
    pub(super) item: &'a Value,
    pub(super) operation: &'a Value,
}

/// The operations of a path, in the order of the document. TRACE and OPTIONS ask about the connection.
pub(super) fn of_item(item: &Value) -> Vec<(&'static str, &Value)> {
    let methods = ["get", "head", "post", "put", "patch", "delete"];
    let mut found = Vec::new();
    for (name, operation) in item.as_object().into_iter().flatten() {
        if let Some(method) = methods.iter().find(|method| *method == name)
            && operation.is_object()
        {
            found.push((*method, operation));
        }
    }
    found
}

/// Makes an operation, with the tag that it belongs to.
pub(super) fn make(
    source: &Source<'_>,
    key: String,
    document: &Document<'_>,
    schemas: &Schemas<'_>,
    signing: &Signing,
    servers: &mut Servers,
    report: &mut Report,
) -> Option<(String, Operation)> {
    let method = Method::parse(source.method)?;
    let place = format!("{} {}", method.as_str(), source.path);
    if !source.path.starts_with('/') {
        report.add(place, "the path does not begin with /");
        return None;
    }
    let (path, always) = split_query(source.path);
    if leaves(&path) {
        report.add(place, "the path has . or .. in it, and would lead out of the service's address");
        return None;
    }
    let mut room = schemas.room();
    let lists = [source.item.get("parameters"), source.operation.get("parameters")];
    let declared: usize = lists.iter().flatten().filter_map(|list| list.as_array()).map(Vec::len).sum();
    if declared > MAX_PARAMETERS {
        report.add(place, format!("it has {declared} parameters, more than {MAX_PARAMETERS}"));
        return None;
    }
    let collected = parameter::collect(&place, &path, lists, document, schemas, signing, &mut room, report);
    let mut collected = match collected {
        Ok(collected) => collected,
        Err(reason) => {
            report.add(place, reason);
            return None;
        }
    };
    let reads = matches!(method, Method::Get | Method::Head);
    let mut written = body::Written { body: Body::None, media_type: None };
    if reads {
        if body::is_declared(source.operation, document) {
            report.add(&place, "the body of a GET is left out");
        }
    } else {
        match body::add(source.operation, document, schemas, &mut room, &mut collected) {
            Ok(body) => written = body,
            Err(reason) => {
                report.add(place, reason);
                return None;
            }
        }
    }
    let host = match servers.of_operation(source.operation, source.item, report) {
        Ok(host) => host,
        Err(reason) => {
            report.add(place, reason);
            return None;
        }
    };
    let operation = Operation {
        key,
        summary: Text::same(words(source.operation, &place)),
        access: if reads || is_read(source.operation) { Access::Read } else { Access::Write },
        method,
        host,
        path: collected.path,
        rpc: None,
        parameters: collected.parameters,
        always,
        body: written.body,
        media_type: written.media_type,
        reply: reply(source.operation, document),
        paging: None,
        limits: Vec::new(),
        errors: Vec::new(),
        item_errors: None,
        later: None,
        idempotency: None,
        deprecated: deprecated(source.operation),
        timeout_seconds: None,
        examples: Vec::new(),
    };
    Some((tag(source), operation))
}

/// Some documents tell operations apart by a query or a fragment in the path.
fn split_query(path: &str) -> (String, Always) {
    let path = path.split('#').next().unwrap_or_default();
    let mut always = Always::default();
    let Some((path, query)) = path.split_once('?') else { return (path.to_owned(), always) };
    for pair in query.split('&').filter(|pair| !pair.contains('{')) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        always.query.insert(name.to_owned(), value.to_owned());
    }
    (path.to_owned(), always)
}

/// What vendors say of a POST that reads.
fn is_read(operation: &Value) -> bool {
    operation.get("x-readonly-method") == Some(&json!(true))
}

fn words(operation: &Value, place: &str) -> String {
    let said = ["summary", "description"].iter().filter_map(|name| operation.get(*name)?.as_str()).map(shortened);
    said.into_iter().find(|words| !words.is_empty()).unwrap_or_else(|| place.to_owned())
}

fn tag(source: &Source<'_>) -> String {
    let tag = source.operation.get("tags").and_then(|tags| tags.get(0)?.as_str()).map(str::to_owned);
    let words = || source.path.split('/').find(|part| !part.is_empty() && !part.contains('{'));
    tag.map(|tag| shortened(&tag))
        .filter(|tag| !tag.is_empty())
        .unwrap_or_else(|| words().unwrap_or("other").to_owned())
}

fn deprecated(operation: &Value) -> Option<Deprecated> {
    let gone = operation.get("deprecated") == Some(&json!(true));
    gone.then_some(Deprecated { until: None, successor: None, note: None })
}

/// The media type of the first reply that means success decides.
fn reply(operation: &Value, document: &Document<'_>) -> Reply {
    let responses = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
    let mut success =
        responses.filter(|(status, _)| status.starts_with('2') || *status == "default").map(|(_, reply)| reply);
    let types: Vec<String> = success
        .find_map(|reply| document.resolved(reply).ok().and_then(|reply| media_types(&reply)))
        .unwrap_or_default();
    let plain = types.is_empty() || types.iter().any(|name| name == "application/json" || name.contains('*'));
    let accept = types.iter().find(|name| name.contains("json")).or(types.first()).filter(|_| !plain).cloned();
    let binary = accept.as_ref().is_some_and(|name| {
        ["octet-stream", "pdf", "zip", "image/", "audio/", "video/"].iter().any(|word| name.contains(word))
    });
    Reply { kind: if binary { ReplyKind::Binary } else { ReplyKind::Any }, accept, ..Reply::default() }
}

fn media_types(reply: &Value) -> Option<Vec<String>> {
    let names = reply.get("content")?.as_object()?.keys().filter(|name| name.len() <= LONGEST_NAME);
    Some(names.take(MAX_PARAMETERS).cloned().collect())
}

/// 429 with `Retry-After`, as everywhere.
pub(super) fn usual_throttle() -> Throttle {
    Throttle {
        when: Condition { status: vec![429], ..Condition::default() },
        wait: vec![Wait { header: Some("Retry-After".to_owned()), at: None, unit: crate::schema::Unit::SecondsOrDate }],
        otherwise_seconds: 5,
    }
}
