//! What messages that are not complete hold of this process's memory. The WebSocket library keeps all that came of a
//! message until its last byte, so a few clients that never send it would fill the memory.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use artel_domain::{TenantId, UserId};

use crate::config::UnfinishedLimits;

/// The account of all unfinished messages of this process.
pub(crate) struct Unfinished {
    limits: UnfinishedLimits,
    held: Mutex<Held>,
}

/// Bytes that are held.
#[derive(Default)]
struct Held {
    in_all: u64,
    by_tenant: HashMap<TenantId, u64>,
    by_user: HashMap<(TenantId, UserId), u64>,
}

/// What one socket holds; given back when dropped.
pub(crate) struct Hold {
    account: Arc<Unfinished>,
    tenant: TenantId,
    user: UserId,
    bytes: u64,
}

impl Unfinished {
    /// Nothing is held yet.
    pub(crate) fn new(limits: UnfinishedLimits) -> Self {
        Self { limits, held: Mutex::default() }
    }

    pub(crate) fn limits(&self) -> &UnfinishedLimits {
        &self.limits
    }

    /// A socket of the user, which holds nothing yet.
    pub(crate) fn hold(self: &Arc<Self>, tenant: TenantId, user: UserId) -> Hold {
        Hold { account: self.clone(), tenant, user, bytes: 0 }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hold {
    /// The account of the socket.
    pub(crate) fn account(&self) -> &Unfinished {
        &self.account
    }

    /// The socket holds so much now. False when that is more than there is room for: nothing changes then.
    pub(crate) fn set(&mut self, bytes: u64) -> bool {
        if bytes == self.bytes {
            return true;
        }
        let limits = &self.account.limits;
        let mut held = self.account.lock();
        let (tenant, user) = (self.tenant, (self.tenant, self.user));
        let of_tenant = held.by_tenant.get(&tenant).copied().unwrap_or_default();
        let of_user = held.by_user.get(&user).copied().unwrap_or_default();
        let new = |before: u64| before.saturating_sub(self.bytes).saturating_add(bytes);
        let fits =
            new(held.in_all) <= limits.in_all && new(of_tenant) <= limits.per_tenant && new(of_user) <= limits.per_user;
        if bytes > self.bytes && !fits {
            return false;
        }
        held.in_all = new(held.in_all);
        put(&mut held.by_tenant, tenant, new(of_tenant));
        put(&mut held.by_user, user, new(of_user));
        drop(held);
        self.bytes = bytes;
        true
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.set(0);
    }
}

fn put<K: Hash + Eq>(held: &mut HashMap<K, u64>, whose: K, bytes: u64) {
    match bytes {
        0 => drop(held.remove(&whose)),
        _ => drop(held.insert(whose, bytes)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;

    fn account() -> Arc<Unfinished> {
        let limits = UnfinishedLimits { per_user: 10, per_tenant: 15, in_all: 20, patience: Duration::from_secs(30) };
        Arc::new(Unfinished::new(limits))
    }

    fn of(account: &Arc<Unfinished>, tenant: u128, user: u128) -> Hold {
        account.hold(TenantId(Uuid::from_u128(tenant)), UserId(Uuid::from_u128(user)))
    }

    #[test]
    fn a_user_a_tenant_and_all_together_hold_so_much_and_no_more() {
        let account = account();
        let (mut one, mut two, mut other) = (of(&account, 1, 1), of(&account, 1, 1), of(&account, 1, 2));
        assert!(one.set(8));
        assert!(!two.set(3), "the user");
        assert!(two.set(2));
        assert!(!other.set(6), "the tenant");
        assert!(other.set(5));
        let mut stranger = of(&account, 2, 1);
        assert!(!stranger.set(6), "the process");
        assert!(stranger.set(5));
    }

    #[test]
    fn what_is_finished_or_gone_makes_room() {
        let account = account();
        let (mut one, mut two) = (of(&account, 1, 1), of(&account, 1, 1));
        assert!(one.set(10) && !two.set(1));
        assert!(one.set(9) && two.set(1));
        drop(one);
        assert!(two.set(10));
        drop(two);
        let held = account.lock();
        assert!(held.in_all == 0 && held.by_tenant.is_empty() && held.by_user.is_empty());
    }
}
