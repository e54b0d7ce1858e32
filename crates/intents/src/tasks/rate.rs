//! The rate of starts that no request asked for.

use artel_bus::{Payer, admit_shared};
use artel_domain::{Refusal, Requester, Subject};

use crate::Intents;

impl Intents {
    /// Counts a start by a task or by an agent beside those that requests make, so that nobody has more of them by
    /// tasks.
    ///
    /// # Errors
    /// `TooMany`, with the time after which there is room again. `Unavailable` or `Internal`: the store.
    pub(super) async fn charge_start(&self, requester: &Requester) -> Result<(), Refusal> {
        let Some((rate, shares)) = self.config.run_rate else { return Ok(()) };
        let tenant = requester.tenant_id;
        let key = match requester.principal.api_key_id {
            Some(key) => self.store.find_api_key_by_id(tenant, key).await?,
            None => None,
        };
        let root = key.as_ref().and_then(|held| held.line.last());
        let own = root.map_or_else(|| format!("user:{}", requester.user_id()), |root| format!("key:{}", root.id));
        let payer = Payer { tenant, user: requester.user_id(), own };
        let admission = admit_shared(self.bus.as_ref(), "runs", &payer, rate, shares).await;
        if admission.allowed {
            return Ok(());
        }
        let seconds = admission.retry_after.as_secs_f64().ceil().max(1.0) as u64;
        let message = format!("Runs are started more often than they may be; try again in {seconds} s.");
        Err(Refusal::too_many(Subject::Run, message, seconds))
    }
}
