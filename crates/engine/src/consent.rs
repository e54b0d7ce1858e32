//! As whom held calls are made: what a human is shown of it, whoever asks them, and what it is before the call.

use std::collections::BTreeMap;

use artel_agent::Turn;
use artel_domain::event::{PlannedCall, Verdict};
use artel_domain::{CallId, Run, ToolRef};
use artel_tools::{MadeAs, ToolError};
use serde_json::Value;

use crate::Deps;
use crate::store_away::Pauses;
use crate::targets::Targets;
use crate::tool_call::request;
use crate::toolbox::{Judged, Toolbox};

/// As whom a call would be made; the error is what its tool would refuse it with.
type Bearer = Result<Option<MadeAs>, String>;

/// The planned calls, each question with the account that its tool would use. There is no other way from a judged call
/// to a planned one. May be dropped at any time.
pub(crate) async fn shown(deps: &Deps, run: &Run, toolbox: &Toolbox, judged: Vec<Judged>) -> Vec<PlannedCall> {
    let mut planned = Vec::with_capacity(judged.len());
    for Judged(call) in judged {
        let verdict = match call.verdict {
            refused @ Verdict::Refuse { .. } => refused,
            verdict => {
                let asked = (call.call_id, call.tool.as_ref(), &call.args);
                let bearer = bearer(deps, run, toolbox, asked).await;
                if let (Verdict::Ask { .. }, Err(reason)) = (&verdict, &bearer) {
                    note_refusal(deps, run, toolbox, asked, reason).await;
                }
                with_bearer(verdict, bearer)
            }
        };
        planned.push(PlannedCall { verdict, ..call });
    }
    planned
}

/// As whom the calls that humans were asked about would be made now. A call whose tool would refuse it is not there: it
/// says so when it is made. May be dropped at any time.
pub(crate) async fn accounts(
    deps: &Deps,
    run: &Run,
    toolbox: &Toolbox,
    turn: &Turn,
    targets: &Targets,
) -> BTreeMap<CallId, Value> {
    let mut accounts = BTreeMap::new();
    for call in turn.held() {
        let (id, tool) = (call.planned.call_id, call.planned.tool.as_ref());
        let bearer = bearer(deps, run, toolbox, (id, tool, targets.args(call))).await;
        accounts.extend(bearer.ok().flatten().map(|made_as| (id, made_as.account)));
    }
    accounts
}

/// What the tool says. While this installation cannot know it, because its store is away, the call waits.
async fn bearer(
    deps: &Deps,
    run: &Run,
    toolbox: &Toolbox,
    (call_id, tool, args): (CallId, Option<&ToolRef>, &Value),
) -> Bearer {
    let Some(tool) = toolbox.callable(tool) else { return Ok(None) };
    let (request, mut pauses) = (request(run, toolbox.may_write(), call_id), Pauses::new(run.id));
    loop {
        match deps.tools.made_as(&tool, &request, args).await {
            Ok(made_as) => return Ok(made_as),
            Err(ToolError::NotNow(why)) => pauses.wait("a tool cannot be asked now", &why).await,
            Err(ToolError::Tell(why) | ToolError::Unknown(why) | ToolError::Abort { message: why, .. }) => {
                return Err(why);
            }
            Err(ToolError::Wait(_)) => return Ok(None),
        }
    }
}

/// The call ends here, so its tool does not get to note that it refused it.
async fn note_refusal(
    deps: &Deps,
    run: &Run,
    toolbox: &Toolbox,
    (call_id, tool, args): (CallId, Option<&ToolRef>, &Value),
    reason: &str,
) {
    let Some(tool) = toolbox.callable(tool) else { return };
    let request = request(run, toolbox.may_write(), call_id);
    deps.tools.note_refusal(&tool, &request, args, reason).await;
}

/// A rule that asks has the first word, and says who decides. Nobody is asked about a call that would be refused, and a
/// call that nobody is asked about meets the refusal itself.
fn with_bearer(verdict: Verdict, bearer: Bearer) -> Verdict {
    match (verdict, bearer) {
        (Verdict::Ask { .. }, Err(reason)) => Verdict::Refuse { reason },
        (Verdict::Ask { reason, approvers, .. }, Ok(Some(made_as))) => {
            let reason = format!("{reason}; {}", made_as.words);
            Verdict::Ask { reason, approvers, account: Some(made_as.account) }
        }
        (Verdict::Allow, Ok(Some(MadeAs { words, account, needs_consent: true }))) => {
            Verdict::Ask { reason: words, approvers: Vec::new(), account: Some(account) }
        }
        (verdict, _) => verdict,
    }
}
