use artel_domain::{RunId, SessionId};
use artel_http::Problem;

use super::parse::Incoming;
use crate::App;
use crate::intents::{self, Input, Switch};
use crate::user::User;

/// What a client is able to do.
#[derive(Debug, Clone, Default)]
pub(crate) struct Client {
    /// Tools that it can execute.
    pub(crate) tools: Vec<String>,
    /// It shows plans.
    pub(crate) plans: bool,
}

/// Stores what the client wants, and counts it; the run in which it will happen, if anything will.
pub(crate) async fn perform(
    app: &App,
    user: &User,
    session: &SessionId,
    client: &Client,
    incoming: Incoming,
) -> Result<Option<RunId>, Problem> {
    let performed = store(app, user, session, client, incoming).await;
    let status = if performed.is_ok() { "ok" } else { "error" };
    // Under the name that its operators know.
    metrics::counter!("messages_processed_total", "service" => "gateway", "status" => status).increment(1);
    performed
}

async fn store(app: &App, user: &User, session: &SessionId, client: &Client, incoming: Incoming) -> Result<Option<RunId>, Problem> {
    let (client_tools, plans) = (client.tools.clone(), client.plans);
    match incoming {
        Incoming::UserMessage { content, agent } => {
            intents::own_session(app, user, session).await?;
            let input = Input { content, agent, reason: None, client_tools, plans };
            intents::start_input(app, user, session, input).await.map(|run| Some(run.id))
        }
        Incoming::SwitchAgent { agent, content, reason } => {
            intents::own_session(app, user, session).await?;
            let switch = Switch { agent, reason, content, client_tools, plans };
            intents::switch(app, user, session, switch).await.map(|run| Some(run.id))
        }
        Incoming::ToolResult(result) => intents::answer(app, user, session, result).await,
        Incoming::Decision(wish) => intents::decide(app, user, session, wish).await.map(|decided| Some(decided.run_id)),
        Incoming::Cancel => intents::cancel(app, user, session).await.map(|_| None),
        Incoming::ContextUpdate => Ok(None),
    }
}
