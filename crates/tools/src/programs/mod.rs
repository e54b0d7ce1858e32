//! The one door through which everything runs that a tenant or a model wrote: schemas, globs, argument conditions,
//! JMESPath expressions, templates, the decoding and masking of answers.
//!
//! A program runs on a thread where no async task waits for it, with [`Fuel`] that it pays for each step. A tenant's
//! programs have a share of these threads, so that one tenant's do not hold up another's. A thread cannot be stopped
//! from outside. What does not pay fuel itself (a compiler, a library) must therefore be bounded before it begins: in
//! length, nesting, expansion and the memory that it takes.

mod fuel;
mod shares;
mod size;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use artel_domain::TenantId;

pub use fuel::{Exhausted, Fuel};
pub use shares::{Place, Shares};
pub use size::bytes_of;

/// The longest that one program runs, once it has a thread.
const LONGEST_RUN: Duration = Duration::from_secs(1);

/// Bytes of work that is done in place.
pub(crate) const SMALL: usize = 64 * 1024;

/// Runs programs of tenants, a limited number at once: in all, and for each tenant.
pub struct Programs {
    threads: Shares,
}

/// The work of a program ended without a result. The server's log says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the work broke off; the server's log says why")]
pub struct BrokeOff;

impl From<BrokeOff> for String {
    fn from(broke_off: BrokeOff) -> Self {
        broke_off.to_string()
    }
}

impl Programs {
    /// Bytes of work that [`Programs::by_size`] does in place.
    pub const SMALL: usize = SMALL;

    /// # Arguments
    /// * `threads`: programs that run at once. One tenant gets half of them, at least one.
    pub fn new(threads: usize) -> Self {
        let threads = threads.max(2);
        Self { threads: Shares::new(threads, threads / 2) }
    }

    /// The programs of this process. Its processors are one resource, so that there is one door to them.
    pub fn of_process() -> &'static Self {
        static PROGRAMS: LazyLock<Programs> =
            LazyLock::new(|| Programs::new(std::thread::available_parallelism().map_or(2, usize::from)));
        &PROGRAMS
    }

    /// Does work that is the longer the more bytes it is about. With few of them it is done in place, which is quicker
    /// than any other thread. With many it would hold up everybody who shares this thread, so it is done among the
    /// tenant's programs. It pays no fuel: whoever asks has bounded the bytes.
    ///
    /// # Arguments
    /// * `bytes`: of what is read or written; [`bytes_of`] says them of values.
    ///
    /// # Errors
    /// [`BrokeOff`] when it panicked there.
    pub async fn by_size<T: Send + 'static>(
        &self,
        tenant: TenantId,
        bytes: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, BrokeOff> {
        if bytes <= SMALL {
            return Ok(work());
        }
        self.run(tenant, move |_| Ok(work())).await
    }

    /// Runs a tenant's program: waits for one of the tenant's threads, then runs it with fuel. Whoever drops the
    /// future takes a waiting program out of the queue, and stops a running one at its next payment of fuel.
    ///
    /// # Errors
    /// The program's own error, or [`BrokeOff`] when it panicked.
    pub async fn run<T, E>(
        &self,
        tenant: TenantId,
        program: impl FnOnce(&Fuel) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<BrokeOff> + Send + 'static,
    {
        let place = self.threads.place(tenant).await.ok_or(BrokeOff)?;
        let caller = Arc::new(());
        let left = Arc::downgrade(&caller);
        let work = move || {
            let _place = place;
            program(&Fuel::new(LONGEST_RUN, left))
        };
        let ended = tokio::task::spawn_blocking(work).await;
        drop(caller);
        ended.unwrap_or_else(|error| {
            tracing::error!(%tenant, %error, "the work of a tool or a rule broke off");
            Err(BrokeOff.into())
        })
    }
}

#[cfg(test)]
mod tests;
