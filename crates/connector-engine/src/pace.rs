//! How fast a service is asked: its documented limits, shared by all processes through the bus, and its own words.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use artel_bus::Bus;
use artel_connectors::schema::{Limit, Module, Operation};
use artel_domain::RateLimit;
use artel_domain::tool::RatePeriod;
use serde_json::{Map, Value};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::account::Account;

/// Items of one request that are counted one by one.
const MAX_COST: usize = 1000;

/// What was agreed with the services of this process.
pub(crate) struct Pace {
    bus: Arc<dyn Bus>,
    /// Places under way at the same time.
    places: Mutex<HashMap<String, Arc<Semaphore>>>,
    /// Until when a service asked an account to wait.
    holds: Mutex<HashMap<String, Instant>>,
}

/// The service is not asked before this time has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MustWait(pub(crate) Duration);

impl Pace {
    pub(crate) fn new(bus: Arc<dyn Bus>) -> Self {
        Self { bus, places: Mutex::default(), holds: Mutex::default() }
    }

    /// Waits until a request may be sent.
    ///
    /// # Arguments
    /// * `until`: how long the caller waits.
    ///
    /// # Errors
    /// It would take longer; nothing was counted that the wait was for.
    ///
    /// Returns the places that the request takes while it is under way.
    pub(crate) async fn leave(
        &self,
        account: &Account,
        module: &Module,
        operation: &Operation,
        params: &Map<String, Value>,
        until: Instant,
    ) -> Result<Vec<OwnedSemaphorePermit>, MustWait> {
        wait_until(self.held_until(account), until).await?;
        let connector = &account.connector;
        let names = connector.limits_of_all.iter().chain(&module.limits).chain(&operation.limits);
        let mut taken = Vec::new();
        for (name, limit) in names.filter_map(|name| Some((name, connector.limits.get(name)?))) {
            let key = key(account, name, limit, params);
            if let Some(parallel) = limit.parallel {
                taken.push(self.place(&key, parallel, until).await?);
            }
            let Some(rate) = rate(limit, account) else { continue };
            for _ in 0..cost(limit, params) {
                self.count(&key, rate, until).await?;
            }
        }
        Ok(taken)
    }

    /// The service asked this account to wait.
    pub(crate) fn hold(&self, account: &Account, wait: Duration) {
        let now = Instant::now();
        let mut holds = self.holds.lock().unwrap_or_else(PoisonError::into_inner);
        holds.retain(|_, until| *until > now);
        let until = holds.entry(account_key(account)).or_insert(now);
        *until = (*until).max(now + wait);
    }

    fn held_until(&self, account: &Account) -> Instant {
        let holds = self.holds.lock().unwrap_or_else(PoisonError::into_inner);
        holds.get(&account_key(account)).copied().unwrap_or_else(Instant::now)
    }

    async fn count(&self, key: &str, rate: RateLimit, until: Instant) -> Result<(), MustWait> {
        loop {
            let admission = self.bus.admit(key, rate).await;
            if admission.allowed {
                return Ok(());
            }
            wait_until(Instant::now() + admission.retry_after, until).await?;
        }
    }

    async fn place(&self, key: &str, parallel: u32, until: Instant) -> Result<OwnedSemaphorePermit, MustWait> {
        let semaphore = {
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            let fresh = || Arc::new(Semaphore::new(parallel as usize));
            Arc::clone(places.entry(key.to_owned()).or_insert_with(fresh))
        };
        let waited = tokio::time::timeout_at(until, semaphore.acquire_owned()).await;
        waited.ok().and_then(Result::ok).ok_or(MustWait(Duration::from_secs(1)))
    }
}

/// Waits, unless that takes longer than the caller does.
pub(crate) async fn wait_until(then: Instant, until: Instant) -> Result<(), MustWait> {
    if then >= until {
        return Err(MustWait(then.saturating_duration_since(Instant::now())));
    }
    tokio::time::sleep_until(then).await;
    Ok(())
}

fn account_key(account: &Account) -> String {
    format!("{}:{}:{}", account.connector.key, account.tenant, account.id)
}

fn key(account: &Account, name: &str, limit: &Limit, params: &Map<String, Value>) -> String {
    let each = limit.for_each.as_ref().and_then(|parameter| params.get(parameter)).map(ToString::to_string);
    format!("connector:{}:{name}:{}", account_key(account), each.unwrap_or_default())
}

fn cost(limit: &Limit, params: &Map<String, Value>) -> usize {
    let items = limit.items_of.as_ref().and_then(|name| params.get(name)?.as_array()).map(Vec::len);
    items.unwrap_or(1).clamp(1, MAX_COST)
}

/// The limit as the bus counts: so many at once, which grow back evenly. What the bus cannot say exactly becomes a
/// little slower, never faster.
fn rate(limit: &Limit, account: &Account) -> Option<RateLimit> {
    let secrets = account.secrets();
    let instead = limit
        .instead
        .iter()
        .find(|instead| instead.when.iter().all(|(member, value)| secrets.text(member).as_ref() == Some(value)));
    let (count, seconds, burst) = match instead {
        Some(instead) => (instead.count, instead.seconds, instead.burst),
        None => (limit.count?, limit.seconds, limit.burst),
    };
    Some(fitting(count.max(1), seconds.max(1), burst.unwrap_or(count).max(1)))
}

fn fitting(count: u32, seconds: u32, burst: u32) -> RateLimit {
    let periods =
        [(RatePeriod::Second, 1), (RatePeriod::Minute, 60), (RatePeriod::Hour, 3600), (RatePeriod::Day, 86_400)];
    let possible = periods.into_iter().filter_map(|(per, length)| {
        let within = u64::from(count) * length / u64::from(seconds);
        let number = within.min(burst.into());
        (number > 0).then_some((RateLimit { count: u32::try_from(number).ok()?, per }, number * 86_400 / length))
    });
    let best = possible.max_by_key(|(rate, a_day)| (*a_day, rate.count));
    best.map_or(RateLimit { count: 1, per: RatePeriod::Day }, |(rate, _)| rate)
}

#[cfg(test)]
mod tests {
    use super::fitting;

    #[test]
    fn a_limit_becomes_the_nearest_one_that_is_not_faster() {
        for (count, seconds, burst, expected) in [
            (300, 60, 20, "5/second"),
            (50, 1, 50, "50/second"),
            (10, 6, 5, "1/second"),
            (1, 60, 1, "1/minute"),
            (3, 30, 3, "3/minute"),
            (2, 86_400, 2, "2/day"),
            (5000, 3600, 100, "83/minute"),
            (5, 3600, 5, "5/hour"),
        ] {
            assert_eq!(fitting(count, seconds, burst).to_string(), expected, "{count} in {seconds} s");
        }
    }
}
