//! Limits against guessing: requests per address, logins per username, and the lockout after failures. All of them fail
//! closed: when the counters cannot be reached, every login is refused.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use artel_bus::{Admission, Bus};
use artel_domain::tool::RatePeriod;
use artel_domain::{Clock, RateLimit, Timestamp};
use artel_http::ip;
use artel_store::{Counted, LoginAttempts};
use axum::http::HeaderMap;
use axum::http::header::{HeaderName, HeaderValue};
use tokio::sync::{Mutex, MutexGuard};

use crate::error::OAuthError;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
/// The number of locks for logins of different names. Two names may share a lock.
const NAME_LOCKS: usize = 256;
/// How often a lockout is audited.
const AUDITED: RateLimit = RateLimit { count: 1, per: RatePeriod::Minute };

/// The limits against guessing.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Whether requests are counted. The lockout holds in both cases.
    pub enabled: bool,
    /// Requests of one address to one of the endpoints that check secrets.
    pub per_address: RateLimit,
    /// Requests of one address to the other endpoints.
    pub per_address_any: RateLimit,
    /// Logins of one username from one address, right and wrong ones.
    pub per_username: RateLimit,
    /// Failures until a username is locked for the address that they came from.
    pub username_threshold: u32,
    /// Failures until a username is locked for every address. Higher, so that one address locks nobody out elsewhere.
    pub username_threshold_anywhere: u32,
    /// Failures until an address is locked.
    pub address_threshold: u32,
    pub lockout: Duration,
    /// Whether loopback addresses have no address limits (for development).
    pub exempt_loopback: bool,
}

/// Counts requests, logins and failures.
pub(crate) struct Guard {
    store: Arc<dyn LoginAttempts>,
    bus: Arc<dyn Bus>,
    clock: Arc<dyn Clock>,
    limits: Limits,
    /// One lock per group of names, so that logins of one name run one after the other. An attempt counts as a failure
    /// until its password is found right, so parallel logins of one person would lock them out.
    name_locks: Vec<Mutex<()>>,
}

/// The name and the address of a login attempt.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    /// The id of the user, or the hash of an unknown name.
    pub(crate) name: String,
    pub(crate) ip: Option<IpAddr>,
}

impl Attempt {
    fn name_and_address(&self) -> String {
        format!("name:{}@{}", self.name, ip::bucket(self.ip))
    }

    fn name_alone(&self) -> String {
        format!("name:{}", self.name)
    }
}

/// A lockout.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Locked {
    pub(crate) until: Timestamp,
    /// Whether the audit log has no entry for this lockout yet.
    pub(crate) is_first: bool,
}

impl Guard {
    pub(crate) fn new(store: Arc<dyn LoginAttempts>, bus: Arc<dyn Bus>, clock: Arc<dyn Clock>, limits: Limits) -> Self {
        let name_locks = (0..NAME_LOCKS).map(|_| Mutex::new(())).collect();
        Self { store, bus, clock, limits, name_locks }
    }

    /// Counts a request of this address to the endpoint. Returns `None` when it is not counted.
    pub(crate) async fn admit_address(
        &self,
        endpoint: &str,
        ip: Option<IpAddr>,
    ) -> Result<Option<Admission>, OAuthError> {
        if !self.limits.enabled || self.is_exempt(ip) {
            return Ok(None);
        }
        self.admit(&format!("auth:{endpoint}:{}", ip::bucket(ip)), self.limits.per_address).await.map(Some)
    }

    /// Counts a request to an endpoint that checks no secrets.
    pub(crate) async fn admit_request(&self, ip: Option<IpAddr>) -> Result<Option<Admission>, OAuthError> {
        if !self.limits.enabled || self.is_exempt(ip) {
            return Ok(None);
        }
        self.admit(&format!("auth:any:{}", ip::bucket(ip)), self.limits.per_address_any).await.map(Some)
    }

    /// Counts a login of this name from this address.
    pub(crate) async fn admit_name(&self, attempt: &Attempt) -> Result<(), OAuthError> {
        if !self.limits.enabled {
            return Ok(());
        }
        let admission = self.admit(&format!("auth:{}", attempt.name_and_address()), self.limits.per_username).await?;
        if admission.allowed { Ok(()) } else { Err(refusal(&admission)) }
    }

    /// Waits until no other login of this name is under way.
    pub(crate) async fn turn(&self, name: &str) -> MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        self.name_locks[hasher.finish() as usize % NAME_LOCKS].lock().await
    }

    /// Counts a failure in advance. The inner error says that the name or address is locked.
    pub(crate) async fn begin(&self, attempt: &Attempt) -> Result<Result<(), Locked>, OAuthError> {
        let Some(until) = self.store.begin_login(self.counted(attempt), self.limits.lockout, self.clock.now()).await?
        else {
            return Ok(Ok(()));
        };
        let is_first = self.bus.admit(&format!("auth:lockout:{}", attempt.name), AUDITED).await.allowed;
        Ok(Err(Locked { until, is_first }))
    }

    /// The password was right: forgets the failures.
    pub(crate) async fn succeeded(&self, attempt: &Attempt) -> Result<(), OAuthError> {
        let keys = self.counted(attempt).into_iter().map(|counted| counted.key).collect();
        Ok(self.store.forget_attempts(keys).await?)
    }

    fn counted(&self, attempt: &Attempt) -> Vec<Counted> {
        let Limits { username_threshold, username_threshold_anywhere, address_threshold, .. } = self.limits;
        let mut counted = vec![
            Counted { key: attempt.name_and_address(), threshold: username_threshold },
            Counted { key: attempt.name_alone(), threshold: username_threshold_anywhere },
        ];
        if !self.is_exempt(attempt.ip) {
            counted.push(Counted { key: ip::bucket(attempt.ip), threshold: address_threshold });
        }
        counted
    }

    fn is_exempt(&self, ip: Option<IpAddr>) -> bool {
        self.limits.exempt_loopback && ip.is_some_and(|ip| ip.is_loopback())
    }

    async fn admit(&self, key: &str, rate: RateLimit) -> Result<Admission, OAuthError> {
        let admission = self.bus.admit(key, rate).await;
        if admission.degraded {
            return Err(OAuthError::unavailable("the shared rate limit is out of reach"));
        }
        Ok(admission)
    }
}

impl Locked {
    /// 429, in the form that CodeLab's IDE expects.
    pub(crate) fn into_error(self, now: Timestamp) -> OAuthError {
        let seconds = whole_seconds(Duration::try_from(self.until.duration_since(now)).unwrap_or_default());
        let text = format!("Too many failed logins. Try again in {seconds} seconds.");
        OAuthError::new(axum::http::StatusCode::TOO_MANY_REQUESTS, "account_locked", text)
            .with_member("locked_until", self.until.to_string())
            .retry_after(seconds)
    }
}

/// 429 when the use was not admitted.
pub(crate) fn refusal(admission: &Admission) -> OAuthError {
    let mut error = OAuthError::rate_limited(whole_seconds(admission.retry_after));
    for (name, value) in [(LIMIT, admission.limit), (REMAINING, admission.remaining)] {
        error = error.with_header(name, HeaderValue::from(value));
    }
    error
}

/// Adds the headers that tell what is left of the limit.
pub(crate) fn report(admission: &Admission, headers: &mut HeaderMap) {
    headers.entry(LIMIT).or_insert(HeaderValue::from(admission.limit));
    headers.entry(REMAINING).or_insert(HeaderValue::from(admission.remaining));
}

fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs_f64().ceil().max(1.0) as u64
}
