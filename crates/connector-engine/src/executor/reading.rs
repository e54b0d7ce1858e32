//! The work that replies make.

use artel_connectors::reply::{Failure, Reading, has_more_values, read};
use artel_tools::Programs;
use tokio::time::timeout_at;

use super::{Executor, Work};
use crate::account::Account;
use crate::attempt::{Reply, in_utf8};
use crate::error::ExecuteError;

/// Values in a JSON reply. Each takes much more memory than its text.
const MOST_VALUES: usize = 500_000;

impl Executor {
    /// Takes in a reply: what it means, and the reply with its body in UTF-8.
    ///
    /// # Arguments
    /// * `is_file`: the body stays as it came.
    ///
    /// # Errors
    /// Too many large replies of the tenant are under way, or the reading broke off.
    pub(crate) async fn taken_in(
        &self,
        work: &mut Work<'_>,
        reply: Reply,
        is_file: bool,
    ) -> Result<(Reading, Reply), ExecuteError> {
        self.makes_room(work, reply.body.len()).await?;
        let (account, operation) = (work.account.clone(), work.operation.key.clone());
        let redactor = work.redactor.clone();
        let doing = move || {
            let (reading, reply) = meaning(&account, &operation, reply, is_file);
            (reading.shown(&|text| redactor.text(text)), reply)
        };
        self.off(work, doing).await
    }

    /// Makes room for a reply. While a call holds much, it keeps one of the tenant's places for large replies: they
    /// bound the memory that the values of replies take at once. The bytes of a reply are there before it has a place.
    pub(crate) async fn makes_room(&self, work: &mut Work<'_>, bytes: usize) -> Result<(), ExecuteError> {
        work.bytes = work.kept + bytes;
        if work.bytes <= Programs::SMALL {
            work.place = None;
            return Ok(());
        }
        if work.place.is_some() {
            return Ok(());
        }
        let place = timeout_at(work.until, self.large.place(work.account.tenant)).await;
        work.place = place.ok().flatten();
        if work.place.is_some() {
            return Ok(());
        }
        Err(work.lost("too many large answers are being read for this organisation; ask again, or for less"))
    }

    /// Does the work that the replies of this call make: in place while they are small.
    pub(crate) async fn off<T: Send + 'static>(
        &self,
        work: &Work<'_>,
        doing: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ExecuteError> {
        let done = Programs::of_process().by_size(work.account.tenant, work.bytes, doing).await;
        done.map_err(|broke_off| work.lost(&broke_off.to_string()))
    }
}

fn meaning(account: &Account, operation: &str, mut reply: Reply, is_file: bool) -> (Reading, Reply) {
    if !is_file {
        reply.body = in_utf8(&reply.headers, reply.body);
    }
    let connector = &account.connector;
    let failed = |message: &str| {
        let message = message.to_owned();
        Reading::Unreadable(Failure { status: reply.status, code: None, message, means: None })
    };
    let reading = match connector.operation(operation) {
        None => failed("the operation is gone"),
        Some(_) if !is_file && has_more_values(&reply.body, MOST_VALUES) => {
            failed("the answer has more values than are read; ask for less")
        }
        Some((_, operation)) => read(connector, operation, account.secrets().scheme(), &reply.as_http()),
    };
    (reading, reply)
}
