//! Lists to their end, within bounds.

use artel_connectors::paging::{self, Next, Page};
use artel_connectors::schema::Operation;
use serde_json::{Map, Value};
use url::Url;

use super::{Answered, Executor, Work};
use crate::error::ExecuteError;
use crate::outcome::Outcome;

/// How far a list is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageBounds {
    pub max_pages: u32,
    pub max_items: usize,
}

impl Executor {
    pub(crate) async fn all_pages(
        &self,
        work: &mut Work<'_>,
        params: &Map<String, Value>,
        bounds: &PageBounds,
    ) -> Result<Outcome, ExecuteError> {
        let operation = work.operation;
        let Some(paging) = &operation.paging else {
            return Err(ExecuteError::Arguments(format!("{} has no pages", operation.key)));
        };
        let mut params = paging::first(operation, params);
        let (mut items, mut refused_items, mut pages, mut link) = (Vec::new(), Vec::new(), 0, None);
        loop {
            let answered = self.answered(work, &params, link.as_ref()).await?;
            pages += 1;
            items.extend_from_slice(paging::items(paging, &answered.done.whole));
            refused_items.extend(answered.done.refused_items.clone());
            let next = next(operation, &params, &answered);
            let full = pages >= bounds.max_pages || items.len() >= bounds.max_items;
            let next_params = match next {
                Next::End => None,
                Next::Params(next) => Some(next),
                Next::Url(url) if full => query_params(operation, &params, &url),
                Next::Url(url) => {
                    let joined = answered.url.join(&url);
                    link = Some(joined.map_err(|_| ExecuteError::NotSent("the next page has no address".to_owned()))?);
                    Some(params.clone())
                }
            };
            match next_params {
                Some(next) if !full => params = next,
                next => {
                    let (status, data) = (answered.reply.status, Value::Array(items));
                    return Ok(Outcome { status, data, pages, next, refused_items });
                }
            }
        }
    }
}

fn next(operation: &Operation, params: &Map<String, Value>, answered: &Answered) -> Next {
    let reply = &answered.reply;
    let page = Page { status: reply.status, headers: &reply.headers, body: &answered.done.whole };
    paging::next(operation, params, &page)
}

/// The parameters that bring the next page, when there is one.
pub(crate) fn next_params(
    operation: &Operation,
    params: &Map<String, Value>,
    answered: &Answered,
) -> Option<Map<String, Value>> {
    match next(operation, params, answered) {
        Next::End => None,
        Next::Params(next) => Some(next),
        Next::Url(url) => query_params(operation, params, &url),
    }
}

/// What a link says in the operation's own parameters.
fn query_params(operation: &Operation, params: &Map<String, Value>, url: &str) -> Option<Map<String, Value>> {
    let (_, query) = url.split_once('?')?;
    let mut next = params.clone();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let declared =
            operation.parameters.iter().find(|(key, parameter)| parameter.at.as_deref().unwrap_or(key) == name);
        if let Some((key, _)) = declared {
            let number = value.parse::<u64>().ok().map(Value::from);
            next.insert(key.to_owned(), number.unwrap_or_else(|| value.into_owned().into()));
        }
    }
    (next != *params).then_some(next)
}

/// A link of a service leads to the service itself, or the credential would go elsewhere.
pub(crate) fn same_origin(own: &Url, link: &Url) -> Result<Url, ExecuteError> {
    if own.origin() != link.origin() {
        let host = link.host_str().unwrap_or_default();
        return Err(ExecuteError::NotSent(format!("the next page is on another host, {host}, and was not asked for")));
    }
    let mut url = link.clone();
    // What signs the request in its query is not in the link of every service.
    let missing: Vec<(String, String)> = own
        .query_pairs()
        .filter(|(name, _)| link.query_pairs().all(|(known, _)| known != *name))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    if !missing.is_empty() {
        url.query_pairs_mut().extend_pairs(missing);
    }
    Ok(url)
}
