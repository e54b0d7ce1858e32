//! Messages with an id of their client's: accepted once, however often they come.

use artel_domain::{Phase, Requester, Run, RunId, SessionId};
use artel_http::Problem;
use artel_intents::StartRun;
use artel_store::idempotency::LIFETIME;
use artel_store::{Begun, IdempotencyKey};
use axum::http::StatusCode;
use uuid::Uuid;

use crate::App;
use crate::codes;
use crate::refusals::problem;

/// A client's message that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// As its client named it.
    pub(crate) message_id: String,
    pub(crate) run: RunId,
    /// It came before, and its run has nothing more to tell: it is over, or waits for the client.
    pub(crate) is_answered: bool,
}

/// Starts the run of the message, or finds the one that an earlier try of it started.
pub(super) async fn accept(
    app: &App,
    requester: &Requester,
    message_id: String,
    start: StartRun,
) -> Result<Accepted, Problem> {
    let key = stored_key(requester, &start.session_id, &message_id);
    let begun = app.store.begin_idempotent(&key, &digest(&start), start.id.0, LIFETIME).await?;
    let (id, is_first) = match begun {
        Begun::Fresh { resource_id } => (RunId(resource_id), true),
        Begun::Known { resource_id } => (RunId(resource_id), false),
        Begun::Mismatch | Begun::Replay(_) => return Err(reused()),
    };
    match app.intents.start_run(requester, StartRun { id, ..start }).await.map_err(problem) {
        Ok(started) => {
            let run = started.into_run();
            Ok(Accepted { message_id, run: run.id, is_answered: !is_first && rests(&run) })
        }
        Err(refused) => {
            if is_first {
                free_if_refused(app, &key, &refused).await;
            }
            Err(refused)
        }
    }
}

/// A message belongs to its session: whoever may speak there may send it again.
///
/// FROZEN: the text, because a message may reach a process of another version when it comes again.
fn stored_key(requester: &Requester, session: &SessionId, message_id: &str) -> IdempotencyKey {
    let (tenant_id, principal) = (requester.tenant_id, format!("session:{session}"));
    IdempotencyKey { tenant_id, principal, key: message_id.to_owned() }
}

/// FROZEN: what is hashed and how, for the same reason.
fn digest(start: &StartRun) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, start.input.as_bytes()).to_string()
}

fn rests(run: &Run) -> bool {
    !matches!(run.phase, Phase::Queued | Phase::Running)
}

/// Only a refusal says that nothing was done: the client may correct the message and keep its id.
async fn free_if_refused(app: &App, key: &IdempotencyKey, refused: &Problem) {
    if refused.status().is_client_error()
        && let Err(error) = app.store.abandon_idempotent(key).await
    {
        tracing::warn!(%error, "the id of a refused message was not freed; it holds for that message");
    }
}

fn reused() -> Problem {
    let message =
        "This message_id was used with another content in this session: send each message under an id of its own.";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, codes::MESSAGE_ID_REUSED, message)
}
