use artel_http::caller::RunsWrite;
use artel_http::once::replayed;
use artel_http::{Attempt, Body, Caller, Problem};
use axum::extract::State;
use axum::response::Response;

use super::TAG;
use super::accept::{Accepted, StartRun, accept, follow_from};
use super::sse::{StreamedEvent, stream_of};
use crate::App;

/// Run an agent and stream what happens.
///
/// Events: `start` `{run_id, trace_id}`, `token` `{delta}`, `message_reset` `{step}`, `message_cut` `{step,
/// finish_reason}` when the model stopped before its answer was complete, `tool_call` `{tool_call_id, name, args}`,
/// `tool_result` `{tool_call_id, name, status, output|error, duration_ms}`, `approval` `{approval_id, tool_call_id,
/// name, args, args_digest, reason}` when a human is asked and `approval_decided` `{approval_id, tool_call_id,
/// decision, feedback, args?}` when they answered, then one `result` `{output, tokens}` or one `error` `{error, code}`.
/// `access_ended` `{error, code}` is the last event when your key is revoked, your token expires or your login ends
/// meanwhile. The `id` of an event is where `GET /runs/{run_id}/events` goes on. The run goes on when the client
/// disconnects; the same `Idempotency-Key` attaches to the same run. Needs `runs:write`.
#[utoipa::path(post, path = "/runs/stream", tag = TAG, params(crate::document::IdempotencyKey), request_body = StartRun,
    responses((status = 200, description = "The events.", body = StreamedEvent, content_type = "text/event-stream"),
        (status = 404, response = crate::document::NotFound), (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn stream_run(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    attempt: Attempt,
    body: Body<StartRun>,
) -> Result<Response, Problem> {
    match accept(&app, &caller, &attempt, body).await? {
        Accepted::New(_, entries) => Ok(stream_of(&app, &caller.standing, entries)),
        Accepted::Known(run) => {
            let entries = follow_from(&app, &app.viewer(&caller), &run, 0);
            Ok(replayed(stream_of(&app, &caller.standing, entries)))
        }
        Accepted::Answered(response) => Ok(response),
    }
}
