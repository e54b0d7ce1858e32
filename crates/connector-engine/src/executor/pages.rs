//! Lists to their end, within bounds.

use artel_connectors::paging::{self, Next, Page};
use artel_connectors::reply::RefusedItem;
use artel_connectors::schema::Operation;
use serde_json::{Map, Value};
use url::Url;

use super::{Answered, Executor, Work};
use crate::account::Account;
use crate::error::ExecuteError;
use crate::outcome::Outcome;

/// Bytes of replies after which a list is not read further in one call.
const MOST_BYTES: usize = 16 * 1024 * 1024;

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
        if operation.paging.is_none() {
            return Err(ExecuteError::Arguments(format!("{} has no pages", operation.key)));
        }
        let mut params = paging::first(operation, params);
        let (mut items, mut refused_items, mut pages, mut link) = (Vec::new(), Vec::new(), 0, None);
        loop {
            let answered = self.answered(work, &params, link.as_ref()).await?;
            // The next page is likely to be as large as this one.
            let is_full = work.bytes + (work.bytes - work.kept) > MOST_BYTES;
            work.kept = work.bytes;
            pages += 1;
            let (status, url) = (answered.reply.status, answered.url.clone());
            // `page_of` is given what belongs to it: it may be done by another thread.
            let (account, asked) = (work.account.clone(), (operation.key.clone(), params.clone()));
            let page = self.off(work, move || page_of(&account, &asked.0, &asked.1, answered)).await?;
            let (more, refused, next) = page.unwrap_or((Vec::new(), Vec::new(), Next::End));
            items.extend(more);
            refused_items.extend(refused);
            let full = is_full || pages >= bounds.max_pages || items.len() >= bounds.max_items;
            let next_params = match next {
                Next::End => None,
                Next::Params(next) => Some(next),
                Next::Url(url) if full => query_params(operation, &params, &url),
                Next::Url(to) => {
                    let joined = url.join(&to);
                    link = Some(joined.map_err(|_| ExecuteError::NotSent("the next page has no address".to_owned()))?);
                    Some(params.clone())
                }
            };
            match next_params {
                Some(next) if !full => params = next,
                next => {
                    let is_full = is_full && next.is_some();
                    let data = Value::Array(items);
                    return Ok(Outcome { status, data, pages, next, is_full, refused_items });
                }
            }
        }
    }
}

/// The items of a page, those that the service refused, and what comes after it.
type Taken = (Vec<Value>, Vec<RefusedItem>, Next);

fn page_of(account: &Account, key: &str, params: &Map<String, Value>, mut answered: Answered) -> Option<Taken> {
    let (_, operation) = account.connector.operation(key)?;
    let next = next(operation, params, &answered);
    let refused = std::mem::take(&mut answered.done.refused_items);
    Some((paging::items(operation.paging.as_ref()?, &answered.done.whole).to_vec(), refused, next))
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
        return Err(ExecuteError::Forbidden(format!(
            "the next page is on another host, {host}, and was not asked for"
        )));
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
