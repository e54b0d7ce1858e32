//! From one page of a list to the next.

mod link;

use http::HeaderMap;
use serde_json::{Map, Value, json};

use crate::schema::{Carry, Operation, PageBy, Paging};

/// What to ask for after a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// The same operation with these parameters.
    Params(Map<String, Value>),
    /// This URL, as the service gave it. Whoever asks it checks its host.
    Url(String),
    End,
}

/// One page that was read.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    pub status: u16,
    pub headers: &'a HeaderMap,
    /// The whole reply.
    pub body: &'a Value,
}

/// The parameters of the first page: the size that the service likes best, when the caller does not say.
pub fn first(operation: &Operation, params: &Map<String, Value>) -> Map<String, Value> {
    let mut params = params.clone();
    if let Some(paging) = &operation.paging
        && let (Some(size), Some(number)) = (&paging.size, paging.size_default)
        && params.get(size).is_none_or(Value::is_null)
    {
        params.insert(size.clone(), json!(number));
    }
    params
}

/// The items of a page.
pub fn items<'a>(paging: &Paging, body: &'a Value) -> &'a [Value] {
    paging.items.find(body).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// What to ask for after this page.
///
/// # Arguments
/// * `params`: those that brought the page, from [`first`] or the [`Next`] before.
pub fn next(operation: &Operation, params: &Map<String, Value>, page: &Page<'_>) -> Next {
    let Some(paging) = &operation.paging else { return Next::End };
    let items = items(paging, page.body);
    let over = paging.last.iter().any(|condition| condition.fits(page.status, page.headers, Some(page.body)));
    if over || items.is_empty() || is_short(operation, paging, params, page.body, items.len()) {
        return Next::End;
    }
    match &paging.by {
        PageBy::Page { parameter, first } => {
            let now = number(operation, params, parameter).unwrap_or(*first);
            changed(params, [(parameter, json!(now + 1))])
        }
        PageBy::Offset { parameter } => {
            let now = number(operation, params, parameter).unwrap_or(0);
            changed(params, [(parameter, json!(now + items.len() as u64))])
        }
        PageBy::Cursor { send } => carried(params, send, page.body),
        PageBy::LastId { send } => items.last().map_or(Next::End, |last| carried(params, send, last)),
        PageBy::Link { rel } => link::target(page.headers, rel).map_or(Next::End, Next::Url),
    }
}

fn is_short(operation: &Operation, paging: &Paging, params: &Map<String, Value>, body: &Value, items: usize) -> bool {
    let told = paging.count.as_ref().and_then(|count| count.find(body)).and_then(Value::as_u64);
    let asked = paging.size.as_ref().and_then(|size| number(operation, params, size));
    (paging.short_is_last || told.is_some()) && asked.is_some_and(|asked| told.unwrap_or(items as u64) < asked)
}

fn number(operation: &Operation, params: &Map<String, Value>, name: &str) -> Option<u64> {
    let given = params.get(name).filter(|value| !value.is_null());
    let value = given.or_else(|| operation.parameters.get(name)?.default.as_ref())?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn changed<'a>(params: &Map<String, Value>, changes: impl IntoIterator<Item = (&'a String, Value)>) -> Next {
    let mut params = params.clone();
    for (name, value) in changes {
        params.insert(name.clone(), value);
    }
    Next::Params(params)
}

/// Values that are absent, empty or the same as before lead nowhere.
fn carried(params: &Map<String, Value>, send: &[Carry], from: &Value) -> Next {
    let values: Vec<(&String, &Value)> = send
        .iter()
        .filter_map(|carry| Some((&carry.parameter, carry.from.find(from)?)))
        .filter(|(_, value)| !value.is_null() && value.as_str() != Some(""))
        .collect();
    let moves = values.iter().any(|(name, value)| params.get(*name) != Some(*value));
    if values.is_empty() || !moves {
        return Next::End;
    }
    changed(params, values.into_iter().map(|(name, value)| (name, value.clone())))
}

#[cfg(test)]
mod tests;
