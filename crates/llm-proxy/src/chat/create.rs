use std::time::Instant;

use artel_http::Standing;
use artel_llm::Delta;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::context::ChatContext;
use super::events::Events;
use super::headers;
use crate::App;
use crate::call::{Call, Step};
use crate::caller::{Invoker, trace_of};
use crate::fault::Fault;
use crate::inbound::read_chat;
use crate::outbound::{ExtraMembers, write_completion};
use crate::payload::Payload;
use crate::shapes;

/// Creates a chat completion.
///
/// The status is known before the first byte: a stream begins only after the provider has sent something.
#[utoipa::path(post, path = "/v1/chat/completions", tag = shapes::CHAT, params(("x-artel-tenant" = Option<String>, Header, nullable = false, pattern = "^[A-Za-z0-9_.:-]{1,64}$",
            description = "Of services: the account that the call is recorded on.")),
    request_body(content = shapes::ChatRequest,
        example = json!({ "model": "demo:echo", "messages": [{ "role": "user", "content": "Hello" }] })),
    responses((status = OK, description = "The answer; with `stream` as chunks, ended by `[DONE]`.",
        content((shapes::ChatCompletion = "application/json"), (shapes::StreamedChunk = "text/event-stream")))))]
pub(crate) async fn create_chat_completion(
    State(app): State<App>,
    invoker: Invoker,
    headers: HeaderMap,
    Payload(body): Payload,
) -> Result<Response, Fault> {
    let begun = Instant::now();
    let mut chat = read_chat(&body)?;
    drop(body);
    let model = app.models.check(&chat.model)?;
    app.reasoning.restore(&invoker.account, &mut chat.messages);
    let context = ChatContext {
        app: app.clone(),
        begun,
        account: invoker.account.clone(),
        model: std::mem::take(&mut chat.model),
        last: chat.messages.last().cloned(),
        include_usage: chat.include_usage,
    };
    let (stream, standing) = (chat.stream, invoker.standing.clone());
    let call = Call::new(app.models.clone(), chat.into_request(model, invoker, trace_of(&headers)));
    if stream { streamed(context, call, &standing).await } else { whole(context, call).await }
}

async fn whole(context: ChatContext, mut call: Call) -> Result<Response, Fault> {
    let (mut extra, mut deltas) = (ExtraMembers::default(), Vec::new());
    let outcome = loop {
        let step = call.step(&mut deltas).await;
        extra.take(&mut deltas);
        if let Step::Ended(outcome) = step {
            break outcome;
        }
    };
    let served = outcome?;
    context.keep(&served);
    let body = write_completion(&context.head(&served.opening), &served.answer, &extra);
    let response = ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response();
    Ok(headers::about(&served.opening, context.begun, response))
}

async fn streamed(context: ChatContext, mut call: Call, standing: &Standing) -> Result<Response, Fault> {
    let mut deltas: Vec<Delta> = Vec::new();
    let first = call.step(&mut deltas).await;
    let opening = match (Call::opening(&mut deltas), &first) {
        (Some(opening), _) => *opening,
        // The answer is empty.
        (None, Step::Ended(Ok(served))) => served.opening.clone(),
        // Nothing was sent, so the status can still report the error.
        (None, Step::Ended(Err(error))) => return Err(error.clone().into()),
        (None, Step::Running) => return Err(Fault::out_of_order()),
    };
    let begun = context.begun;
    let response = Events::begin(context, call, &opening, deltas, first).into_response(standing);
    Ok(headers::about(&opening, begun, response))
}
