//! Whether a caller may go on. A request is checked once; a stream or a socket outlives the check, so it is made with
//! the caller's [`Standing`] ([`crate::stream`], [`crate::upgrade`]) and ends with it.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use artel_domain::{Basis, Timestamp, UserId};
use artel_store::StoreError;
use tokio::time::Sleep;
use tokio_util::sync::WaitForCancellationFutureOwned;

mod registry;

pub(crate) use registry::{FRESH, Standings};

use crate::Problem;
use registry::Watched;

/// Nobody is connected for longer, and a timer cannot wait for ever.
const A_YEAR: Duration = Duration::from_hours(24 * 365);

/// A caller's right to be served. Cheap to clone; costs nothing until it is watched.
#[derive(Clone)]
pub struct Standing(Option<Rests>);

#[derive(Clone)]
struct Rests {
    basis: Basis,
    until: Option<Timestamp>,
    standings: Arc<Standings>,
}

/// Why a standing is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The key was revoked or has expired, the login was ended, or the account or the client was deactivated.
    Revoked,
    /// The token or key that was shown has come to its end.
    Expired,
}

impl Loss {
    /// The code for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Revoked => "access_revoked",
            Self::Expired => "token_expired",
        }
    }

    /// The text for people.
    pub fn message(self) -> &'static str {
        match self {
            Self::Revoked => "Your access was ended. Sign in again, or use another key.",
            Self::Expired => "The token has expired. Connect again with a fresh one.",
        }
    }

    /// 401: what the caller showed was good when the request came.
    pub fn problem(self) -> Problem {
        Problem::unauthenticated(self.code(), self.message())
    }
}

impl Standing {
    /// Of a service of this installation: only the operator can end it.
    pub fn permanent() -> Self {
        Self(None)
    }

    pub(crate) fn new(basis: Basis, until: Option<Timestamp>, standings: Arc<Standings>) -> Self {
        Self(Some(Rests { basis, until, standings }))
    }

    /// The same for a caller who acts for another user: it is lost with that one's account too.
    pub(crate) fn for_user(mut self, user: UserId) -> Self {
        if let Some(rests) = &mut self.0 {
            rests.basis.user_id = user;
        }
        self
    }

    /// What it rests on, unless it is permanent.
    pub fn basis(&self) -> Option<&Basis> {
        self.0.as_ref().map(|rests| &rests.basis)
    }

    /// Whether it holds, as far as was known within the last seconds. Its end in time is not looked at.
    pub(crate) async fn holds(&self) -> Result<bool, Arc<StoreError>> {
        match &self.0 {
            Some(rests) => rests.standings.holds(&rests.basis).await,
            None => Ok(true),
        }
    }

    /// Whether it is lost, whatever was remembered. A store that is away ends nobody's.
    pub(crate) async fn is_lost(&self) -> bool {
        match &self.0 {
            Some(rests) => matches!(rests.standings.holds_now(&rests.basis).await, Ok(false)),
            None => false,
        }
    }

    /// 401 when it is lost.
    pub async fn ensure(&self) -> Result<(), Problem> {
        match self.holds().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(ended()),
            Err(error) => Err(Problem::of_store(error)),
        }
    }

    /// Waits for its loss.
    pub fn watch(&self) -> Watch {
        let Some(rests) = &self.0 else { return Watch { watched: None, revoked: None, expiry: None } };
        let watched = rests.standings.watch(&rests.basis);
        let left = rests.until.map(|end| rests.standings.time_until(end).min(A_YEAR));
        Watch {
            revoked: Some(Box::pin(watched.lost())),
            expiry: left.map(|left| Box::pin(tokio::time::sleep(left))),
            watched: Some(watched),
        }
    }
}

/// 401: what the caller shows was good once.
pub(crate) fn ended() -> Problem {
    Problem::unauthenticated("invalid_token", "The access was ended. Sign in again.")
}

impl fmt::Debug for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Standing").field(&self.basis()).finish()
    }
}

/// Completes when the standing is lost, again each time it is asked.
pub struct Watch {
    /// The registry looks at what somebody holds.
    watched: Option<Arc<Watched>>,
    revoked: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
    expiry: Option<Pin<Box<Sleep>>>,
}

impl Watch {
    /// Whether it is lost already.
    pub fn is_lost(&self) -> bool {
        self.watched.as_ref().is_some_and(|watched| watched.is_lost())
            || self.expiry.as_ref().is_some_and(|expiry| expiry.is_elapsed())
    }
}

impl Future for Watch {
    type Output = Loss;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Loss> {
        if self.revoked.as_mut().is_some_and(|revoked| revoked.as_mut().poll(cx).is_ready()) {
            return Poll::Ready(Loss::Revoked);
        }
        let Some(expiry) = &mut self.expiry else { return Poll::Pending };
        if expiry.is_elapsed() || expiry.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Loss::Expired);
        }
        Poll::Pending
    }
}
