//! Calls to which a human must agree because their tool says so. Rules that forbid a call have judged it before.

use artel_domain::Run;
use artel_domain::event::{PlannedCall, Verdict};
use artel_tools::{Asks, ToolError};

use crate::Deps;
use crate::store_away::Pauses;
use crate::tool_call::request;
use crate::toolbox::Toolbox;

/// The planned calls, with the questions of their tools. May be dropped at any time.
pub(crate) async fn asked(deps: &Deps, run: &Run, toolbox: &Toolbox, planned: Vec<PlannedCall>) -> Vec<PlannedCall> {
    let mut judged = Vec::with_capacity(planned.len());
    for call in planned {
        let asks = if let Verdict::Refuse { .. } = call.verdict { None } else { asks(deps, run, toolbox, &call).await };
        let verdict = match asks {
            Some(asks) => with_question(call.verdict, asks),
            None => call.verdict,
        };
        judged.push(PlannedCall { verdict, ..call });
    }
    judged
}

/// What the tool asks. While this installation cannot know it, because its store is away, the call waits.
async fn asks(deps: &Deps, run: &Run, toolbox: &Toolbox, call: &PlannedCall) -> Option<Asks> {
    let tool = toolbox.callable(call.tool.as_ref())?;
    let (request, mut pauses) = (request(run, toolbox.may_write(), call.call_id), Pauses::new(run.id));
    loop {
        match deps.tools.must_ask(&tool, &request, &call.args).await {
            Ok(asks) => return asks,
            Err(ToolError::NotNow(why)) => pauses.wait("a tool cannot be asked now", &why).await,
            // The call meets the same, and says it.
            Err(_) => return None,
        }
    }
}

/// A rule that asks too has the first word, and says who decides.
fn with_question(verdict: Verdict, asks: Asks) -> Verdict {
    let (reason, approvers) = match (verdict, asks.reason) {
        (Verdict::Ask { reason, approvers, .. }, Some(own)) => (format!("{reason}; {own}"), approvers),
        (Verdict::Ask { reason, approvers, .. }, None) => (reason, approvers),
        (Verdict::Allow, Some(own)) => (own, Vec::new()),
        (as_it_is, _) => return as_it_is,
    };
    Verdict::Ask { reason, approvers, account: Some(asks.account) }
}
