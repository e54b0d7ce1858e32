//! One call of the model: what it reads, and what its answer means for the journal.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use artel_agent::{Dialogue, Fit, fit};
use artel_domain::{Agent, Entry, Event, Message, RunFailure, RunId, Spend, ToolSpec, UserId};
use artel_llm::{Delta, ModelError, Params, Request, Served, ToolChoice, Trace, UsedBy};
use tokio::sync::mpsc::Sender;

use crate::Deps;
use crate::budget::RunBudget;
use crate::store_away::Pauses;

const SUMMARY_PROMPT: &str = "Summarise the conversation below in at most 200 words, in its own language. Keep names, numbers, decisions, \
    open questions and results of tools that may matter later. Completion with the summary only.";
const SUMMARY_MAX_TOKENS: u32 = 512;

/// What a model call comes to.
pub(crate) enum Outcome {
    /// What the call came to, where it counts against a budget.
    Answered(Box<Served>, Option<Spend>),
    Summarised(Event, Option<Spend>),
    /// The specialist that the input is for.
    Routed(Event, Option<Spend>),
    Failed {
        code: RunFailure,
        message: String,
    },
}

/// What the model is to be asked.
pub(crate) enum Question {
    Completion(Vec<Message>),
    /// The context is full: older messages are put in short first.
    Summary {
        dropped: Vec<Message>,
        through_seq: i64,
    },
    TooLarge(String),
}

/// Chooses the messages. With `summarise` off, what does not fit is left out without a summary.
pub(crate) fn question<'a>(
    deps: &Deps,
    agent: &Agent,
    tools: &[ToolSpec],
    entries: impl IntoIterator<Item = &'a Entry>,
    run: RunId,
    summarise: bool,
) -> Question {
    match fit(&agent.system_prompt, tools, &Dialogue::fold(entries, run), deps.config.context) {
        Fit::Whole(messages) => Question::Completion(messages),
        Fit::Trimmed { messages, .. } if !summarise => Question::Completion(messages),
        Fit::Trimmed { dropped, through_seq, .. } => Question::Summary { dropped, through_seq },
        Fit::TooLarge { tokens, max_tokens } => Question::TooLarge(format!(
            "the system prompt, the tools and the input come to about {tokens} tokens, more than the {max_tokens} that fit (MAX_CONTEXT_TOKENS)"
        )),
    }
}

/// Who asks, and on whose account.
#[derive(Clone)]
pub(crate) struct ModelCaller {
    pub(crate) deps: Arc<Deps>,
    pub(crate) agent: Arc<Agent>,
    pub(crate) budget: RunBudget,
    pub(crate) trace: Option<Trace>,
    pub(crate) user: UserId,
}

/// With `answer_now` the model may not call tools again.
pub(crate) async fn ask(
    caller: ModelCaller,
    messages: Vec<Message>,
    tools: Vec<ToolSpec>,
    answer_now: bool,
    deltas: Sender<Delta>,
) -> Outcome {
    let mut params =
        match caller.agent.llm_params.as_ref().and_then(|params| params.as_object()).map(Params::read).transpose() {
            Ok(params) => params.unwrap_or_default(),
            Err(bad) => {
                return Outcome::Failed {
                    code: RunFailure::ModelRejected,
                    message: format!("the agent's llm_params cannot be used: {bad}"),
                };
            }
        };
    if answer_now {
        params.tool_choice = Some(ToolChoice::None);
    }
    match call(&caller, wire(messages), tools, params, deltas).await {
        Ok((served, spent)) => Outcome::Answered(Box::new(served), spent),
        Err((code, message)) => Outcome::Failed { code, message },
    }
}

/// Asks the agent's own model for a summary. Without one the run goes on all the same: the entry then says what was
/// left out.
pub(crate) async fn summarise(caller: ModelCaller, dropped: Vec<Message>, through_seq: i64) -> Outcome {
    let messages = vec![
        Message::System { text: SUMMARY_PROMPT.to_owned() },
        Message::User { text: transcript(&dropped, &caller.deps) },
    ];
    let params = Params { max_tokens: Some(SUMMARY_MAX_TOKENS), ..Params::default() };
    // Nobody watches a summary grow. The receiver goes at once: one that is kept and never read would hold the model up
    // for ever.
    let (deltas, _) = tokio::sync::mpsc::channel(1);
    let answer = call(&caller, wire(messages), Vec::new(), params, deltas).await;
    let (text, usage, spent) = match answer {
        Ok((Served { answer, .. }, spent)) if !answer.text.trim().is_empty() => (answer.text, answer.usage, spent),
        Ok((Served { answer, .. }, spent)) => (left_out(&dropped), answer.usage, spent),
        Err((code, message)) => {
            tracing::warn!(%code, message, "no summary could be made; older messages are left out");
            (left_out(&dropped), None, None)
        }
    };
    Outcome::Summarised(Event::ContextSummarised { through_seq, text, usage }, spent)
}

pub(crate) async fn call(
    caller: &ModelCaller,
    messages: Vec<artel_llm::Message>,
    tools: Vec<ToolSpec>,
    params: Params,
    deltas: Sender<Delta>,
) -> Result<(Served, Option<Spend>), (RunFailure, String)> {
    let ModelCaller { deps, agent, budget, trace, user } = caller;
    let model = deps.models.check(&agent.model).map_err(|error| (RunFailure::ModelUnknown, error.to_string()))?;
    let account = agent.tenant_id.to_string();
    let used_by = UsedBy { agent_id: Some(agent.id.0), user_id: Some(user.0) };
    let mut request =
        Request { model, messages, tools, params, account, used_by, keys: BTreeMap::new(), trace: *trace };
    let allowance = budget.reserve(deps, &mut request).await?;
    let served =
        stream(caller, request, deltas).await.map_err(|error: ModelError| (error.code().into(), error.to_string()))?;
    let spent = allowance.map(|allowance| allowance.spent(&served));
    Ok((served, spent))
}

/// Asks the model. While nobody can tell whose key pays, the call waits: nothing of it was sent.
async fn stream(caller: &ModelCaller, request: Request, deltas: Sender<Delta>) -> Result<Served, ModelError> {
    let mut pauses = Pauses::new(caller.budget.run());
    loop {
        match caller.deps.models.stream(request.clone(), deltas.clone()).await {
            Err(error @ ModelError::KeysUnavailable(_)) => pauses.wait("the model cannot be asked now", &error).await,
            answered => return answered,
        }
    }
}

fn wire(messages: Vec<Message>) -> Vec<artel_llm::Message> {
    messages.into_iter().map(artel_llm::Message::from).collect()
}

fn left_out(dropped: &[Message]) -> String {
    format!("({} earlier messages were left out)", dropped.len())
}

/// The messages as text, its newest part if all of it does not fit.
fn transcript(messages: &[Message], deps: &Deps) -> String {
    let mut text = String::new();
    for message in messages {
        let (who, what) = match message {
            Message::System { text } => ("Summary so far", text.clone()),
            Message::User { text } => ("User", text.clone()),
            Message::Assistant { text, calls, .. } => {
                let calls: Vec<String> = calls.iter().map(|c| format!("[calls {} {}]", c.name, c.arguments)).collect();
                ("Assistant", format!("{text} {}", calls.join(" ")))
            }
            Message::Tool { name, content, .. } => ("Tool", format!("{name}: {content}")),
        };
        let _ = writeln!(text, "{who}: {}", what.trim());
    }
    // Two characters a token is low for any script, so this fits beside the prompt and the answer.
    let room = deps.config.context.max_tokens;
    let skip = text.chars().count().saturating_sub(room);
    text.chars().skip(skip).collect()
}
