//! How the slots of a worker are shared by tenants: no tenant takes them all.

use std::collections::HashMap;

use artel_domain::TenantId;

/// A tenant has at most this many times as many slots as stay free. One tenant alone gets three quarters of them, a
/// second one three quarters of the rest, and so on.
const TIMES_FREE: usize = 3;
const CLAIMS_AT_A_TIME: usize = 32;

/// What a worker may claim next.
#[derive(Debug, PartialEq)]
pub(crate) struct Room {
    /// So few that no tenant gets more than its share, if all were its runs; 0 when no slot is free.
    pub(crate) claims: usize,
    /// Tenants that have their share already.
    pub(crate) full: Vec<TenantId>,
}

impl Room {
    /// # Arguments
    /// * `slots`: runs that the worker drives at the same time.
    /// * `driven`: the tenant of each run that is being driven.
    pub(crate) fn of(slots: usize, driven: impl Iterator<Item = TenantId>) -> Self {
        let mut held: HashMap<TenantId, usize> = HashMap::new();
        driven.for_each(|tenant| *held.entry(tenant).or_default() += 1);
        let free = slots.saturating_sub(held.values().sum());
        let share = free * TIMES_FREE;
        let full = held.iter().filter(|(_, held)| **held >= share).map(|(tenant, _)| *tenant).collect();
        let most = held.values().copied().filter(|held| *held < share).max().unwrap_or(0);
        // After n claims of the tenant that has most: most + n <= TIMES_FREE * (free - n).
        let claims = ((share - most.min(share)) / (TIMES_FREE + 1)).clamp(1, CLAIMS_AT_A_TIME).min(free);
        Self { claims, full }
    }
}

#[cfg(test)]
mod tests {
    use artel_domain::{Clock, SystemClock};

    use super::*;

    fn tenant() -> TenantId {
        TenantId(SystemClock.uuid())
    }

    /// What is held when each of `tenants`, one after the other, takes all that it gets.
    fn taken(slots: usize, tenants: &[TenantId]) -> Vec<usize> {
        let mut driven = Vec::new();
        for tenant in tenants {
            loop {
                let room = Room::of(slots, driven.iter().copied());
                if room.claims == 0 || room.full.contains(tenant) {
                    break;
                }
                driven.extend(std::iter::repeat_n(*tenant, room.claims));
            }
        }
        tenants.iter().map(|tenant| driven.iter().filter(|driven| *driven == tenant).count()).collect()
    }

    #[test]
    fn a_tenant_leaves_a_quarter_of_what_it_finds_to_others() {
        let tenants = [tenant(), tenant(), tenant()];
        assert_eq!(taken(256, &tenants), [192, 48, 12]);
        assert_eq!(taken(16, &tenants), [12, 3, 1]);
    }

    #[test]
    fn few_slots_are_all_used() {
        assert_eq!([1, 2, 3, 4, 8].map(|slots| taken(slots, &[tenant()])[0]), [1, 2, 3, 3, 6]);
        let room = Room::of(1, [tenant()].into_iter());
        assert_eq!(room.claims, 0);
    }

    #[test]
    fn an_idle_worker_claims_many_at_a_time() {
        assert_eq!(Room::of(256, std::iter::empty()), Room { claims: CLAIMS_AT_A_TIME, full: Vec::new() });
    }
}
