use artel_domain::{Refusal, Requester, Run, RunId, SessionId, Specialist, TeamRequest};

use crate::text::without_nul;
use crate::{Intents, Runner, StartRun};

const REASON: &str = "User requested agent switch";

/// Another specialist goes on with a session.
#[derive(Debug, Clone)]
pub struct Switch {
    pub session_id: SessionId,
    pub specialist: Specialist,
    /// Kept in the journal; a general one when absent or blank.
    pub reason: Option<String>,
    /// What the specialist answers at once. When absent or blank, the run ends with the switch.
    pub input: Option<String>,
    /// Tools that the client executes.
    pub client_tools: Vec<String>,
    /// The client shows plans.
    pub plans: bool,
}

impl Intents {
    /// Starts a run that switches, so that the switch comes after everything that was said before.
    ///
    /// # Errors
    /// As [`Intents::start_run`].
    pub async fn switch(&self, requester: &Requester, switch: Switch) -> Result<Run, Refusal> {
        let filled = |text: &String| !text.trim().is_empty();
        let reason = switch.reason.filter(filled).unwrap_or_else(|| REASON.to_owned());
        let team = TeamRequest {
            switch_to: Some(switch.specialist),
            reason: Some(without_nul(reason)),
            client_tools: switch.client_tools,
            plans: switch.plans,
        };
        let start = StartRun {
            id: RunId(self.clock.uuid()),
            session_id: switch.session_id,
            runner: Runner::Team(team),
            input: switch.input.filter(filled).unwrap_or_default(),
        };
        Ok(self.start_run(requester, start).await?.into_run())
    }
}
