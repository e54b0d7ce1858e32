//! A form as clients see it.

use artel_domain::{AgentId, AskedForm, CallId, FormField, FormState, RunId, SessionId, Timestamp, UserId};
use artel_tools::values_schema;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Questions of a run to its user. The run sleeps until they are answered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Form)]
pub(crate) struct FormView {
    /// The id of the tool call that asks.
    id: CallId,
    status: FormState,
    run_id: RunId,
    session_id: SessionId,
    agent_id: AgentId,
    title: String,
    description: Option<String>,
    /// What is asked, in the order in which it is shown.
    fields: Vec<FormField>,
    /// The service that the user is asked to connect before they answer.
    connect: Option<String>,
    /// JSON Schema of the `values` that the form takes.
    #[schema(value_type = Object)]
    values_schema: Value,
    created_at: Timestamp,
    /// When the run goes on without an answer; `null`: it waits as long as it takes.
    expires_at: Option<Timestamp>,
    /// What was filled in, by the names of the fields.
    #[schema(value_type = Option<Object>)]
    values: Option<Value>,
    /// Why nothing was filled in.
    reason: Option<String>,
    answered_by: Option<UserId>,
    ended_at: Option<Timestamp>,
}

impl From<AskedForm> for FormView {
    fn from(asked: AskedForm) -> Self {
        let values_schema = values_schema(&asked.form);
        Self {
            id: asked.id,
            status: asked.state,
            run_id: asked.run_id,
            session_id: asked.session_id.shown(),
            agent_id: asked.agent_id,
            title: asked.form.title,
            description: asked.form.description,
            fields: asked.form.fields,
            connect: asked.form.connect,
            values_schema,
            created_at: asked.asked_at,
            expires_at: asked.until,
            values: asked.values,
            reason: asked.reason,
            answered_by: asked.answered_by,
            ended_at: asked.ended_at,
        }
    }
}
