//! Limits that keys, their users and their tenants share.

use artel_domain::{RateLimit, TenantId, UserId};

use crate::{Admission, Bus};

/// How many times the limit of one key may be used by many keys together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    /// By a user, with all their keys and tokens.
    pub user: u32,
    /// By all users of a tenant.
    pub tenant: u32,
}

impl Default for Shares {
    fn default() -> Self {
        Self { user: 5, tenant: 50 }
    }
}

/// Whom a use is counted for.
#[derive(Debug, Clone)]
pub struct Payer {
    pub tenant: TenantId,
    pub user: UserId,
    /// The key that no key made, or the user who shows none: `key:…`, `user:…`.
    pub own: String,
}

/// Counts one use for the payer's key, for its user and for its tenant, in this order: what one refuses is not counted
/// for the next. What is left is told of the key, unless another one refused.
///
/// # Arguments
/// * `what`: what is counted, such as `runs`. All who count it share the counts.
/// * `rate`: of one key.
pub async fn admit_shared(bus: &dyn Bus, what: &str, payer: &Payer, rate: RateLimit, shares: Shares) -> Admission {
    let Payer { tenant, user, own } = payer;
    let admission = bus.admit(&format!("{what}:{tenant}:{own}"), rate).await;
    if !admission.allowed {
        return admission;
    }
    for (of, times) in [(format!("all-of-user:{user}"), shares.user), ("all-of-tenant".to_owned(), shares.tenant)] {
        let shared = bus.admit(&format!("{what}:{tenant}:{of}"), rate.times(times)).await;
        if !shared.allowed {
            return shared;
        }
    }
    admission
}
