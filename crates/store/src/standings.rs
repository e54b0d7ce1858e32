use artel_domain::{Basis, RunId, TenantId, Timestamp};
use async_trait::async_trait;

use crate::Result;

/// Whether what callers' access rests on still holds.
#[async_trait]
pub trait Standings: Send + Sync {
    /// For each of `bases`, in their order: whether it is lost at `now`. It is when the user's account is deactivated,
    /// when the API key is revoked, expired or absent, when the login is ended or absent, and when the client is
    /// deactivated or absent. A user without an account is none who can be deactivated.
    async fn are_lost(&self, bases: &[Basis], now: Timestamp) -> Result<Vec<bool>>;

    /// Runs that are under way or waiting, or next in their session, and that nobody asked to cancel, though the API
    /// key that they were started with is revoked or their user's account is deactivated; at most `limit`. An expired
    /// key has let its runs begin in time.
    async fn runs_without_standing(&self, limit: u32) -> Result<Vec<(TenantId, RunId)>>;
}
