//! What a colleague tries with each operation.

use serde_json::{Value, json};

use crate::operations::Operation;
use crate::world::Things;

/// How an operation could touch a session.
pub(crate) enum Plan {
    /// It has nothing to do with sessions.
    Nothing,
    /// It names a thing of a session in its path or body: what is private is as absent as what never was.
    Names(fn(&Things) -> Value),
    /// It may begin something of its own under the given name: it does so, or refuses, and tells nothing.
    Begins(fn(&Things) -> Value),
    /// It lists or counts.
    Lists,
    /// It opens a socket.
    Opens,
}

fn no_body(_: &Things) -> Value {
    Value::Null
}

/// Of the platform's document.
pub(crate) fn of_platform(operation: &Operation) -> Plan {
    match operation.key().replace(" /v1/", " /").as_str() {
        "GET /runs/{run_id}"
        | "GET /runs/{run_id}/events"
        | "GET /approvals/{approval_id}"
        | "GET /forms/{form_id}"
        | "GET /sessions/{session_id}/messages"
        | "GET /sessions/{session_id}/files"
        | "GET /sessions/{session_id}/files/{path}"
        | "PUT /sessions/{session_id}/files/{path}"
        | "DELETE /sessions/{session_id}/files/{path}"
        | "GET /sessions/{session_id}"
        | "DELETE /sessions/{session_id}"
        | "GET /sessions/{session_id}/stream"
        | "POST /sessions/{session_id}/turns/{turn_id}/cancel"
        // Executions are private sessions.
        | "GET /tasks/{task_id}"
        | "DELETE /tasks/{task_id}"
        | "POST /tasks/{task_id}/run"
        | "POST /tasks/{task_id}/pause"
        | "POST /tasks/{task_id}/resume"
        | "GET /tasks/{task_id}/executions" => Plan::Names(no_body),
        "PATCH /tasks/{task_id}" => Plan::Names(|_| json!({ "title": "mine" })),
        "POST /tasks" => {
            Plan::Names(|things| json!({ "title": "mine", "prompt": "diary", "parent_id": things.task }))
        }
        "PATCH /sessions/{session_id}" => Plan::Names(|_| json!({ "title": "mine" })),
        "POST /sessions/{session_id}/turns/{turn_id}/input" => {
            Plan::Names(|things| json!({ "approval_id": things.approval, "decision": "approve", "form_id": null }))
        }
        "POST /sessions/stream" => Plan::Begins(|things| json!({ "message": "hi", "session_id": things.session })),
        "POST /runs/{run_id}/cancel" => Plan::Names(|_| json!({})),
        "POST /approvals/{approval_id}/decision" => {
            Plan::Names(|_| json!({ "decision": "edit", "arguments": { "path": "b.txt", "content": "mine" } }))
        }
        "POST /forms/{form_id}/answer" => Plan::Names(|_| json!({ "values": { "name": "mine" } })),
        "POST /runs" | "POST /runs/stream" => Plan::Begins(
            |things| json!({ "agent_id": things.run, "input_message": "hi", "session_id": things.session }),
        ),
        "GET /runs" | "GET /sessions" | "GET /approvals" | "GET /forms" | "GET /audit" | "GET /agents" | "GET /budget" | "GET /metrics" | "GET /usage" | "GET /tasks" => Plan::Lists,
        "GET /agents/{agent_id}"
        | "PUT /agents/{agent_id}"
        | "DELETE /agents/{agent_id}"
        | "POST /agents"
        | "POST /agents/{agent_id}/publish"
        | "POST /agents/{agent_id}/rollback"
        | "POST /agents/{agent_id}/clone"
        | "GET /agents/{agent_id}/versions"
        | "GET /agents/{agent_id}/versions/{version}"
        | "GET /agents/{agent_id}/budget"
        | "PUT /agents/{agent_id}/budget"
        | "PUT /budget"
        | "GET /agents/{agent_id}/tools"
        | "POST /agents/{agent_id}/tools/{tool_id}"
        | "PATCH /agents/{agent_id}/tools/{tool_id}"
        | "DELETE /agents/{agent_id}/tools/{tool_id}"
        | "GET /builtin-agents"
        | "GET /builtin-agents/{builtin_agent}"
        | "PUT /builtin-agents/{builtin_agent}"
        // Files that belong to a user and to no session; the stores' promises about artifacts try colleagues.
        | "POST /artifacts"
        | "GET /artifacts/{artifact_id}"
        | "DELETE /artifacts/{artifact_id}"
        | "GET /artifacts/{artifact_id}/meta"
        | "POST /artifacts/{artifact_id}/link"
        // Agents, which no session owns.
        | "GET /organizations/{org_id}/agents"
        | "POST /organizations/{org_id}/agents"
        | "GET /organizations/{org_id}/agents/{agent_id}"
        | "PATCH /organizations/{org_id}/agents/{agent_id}"
        | "DELETE /organizations/{org_id}/agents/{agent_id}"
        | "PUT /organizations/{org_id}/agents/{agent_id}/connectors"
        | "GET /organizations/{org_id}/connectors"
        | "GET /organizations/{org_id}/connectors/{connector_key}"
        | "POST /organizations/{org_id}/connectors/import"
        | "DELETE /organizations/{org_id}/connectors/{connector_key}"
        // They belong to all of the organisation, and to no session.
        | "POST /organizations/{org_id}/connectors/{connector_key}/hooks"
        | "GET /organizations/{org_id}/connectors/{connector_key}/hooks"
        | "PATCH /organizations/{org_id}/connectors/{connector_key}/hooks/{hook_id}"
        | "DELETE /organizations/{org_id}/connectors/{connector_key}/hooks/{hook_id}"
        | "GET /organizations/{org_id}/events/inbound"
        // For administrators alone. A message says which run or approval came to which state, and nothing that was said
        // in a session.
        | "POST /webhooks/endpoints"
        | "GET /webhooks/endpoints"
        | "GET /webhooks/endpoints/{endpoint_id}"
        | "PATCH /webhooks/endpoints/{endpoint_id}"
        | "DELETE /webhooks/endpoints/{endpoint_id}"
        | "POST /webhooks/endpoints/{endpoint_id}/rotate"
        | "POST /webhooks/endpoints/{endpoint_id}/test"
        | "GET /webhooks/endpoints/{endpoint_id}/deliveries"
        | "POST /webhooks/endpoints/{endpoint_id}/deliveries/{delivery_id}/retry"
        | "POST /hooks/{org_id}/{connector_key}/{token}"
        // They belong to a user or to all of the organisation, and to no session; the stores' promises try colleagues.
        | "POST /organizations/{org_id}/credentials"
        | "GET /organizations/{org_id}/credentials"
        | "GET /organizations/{org_id}/credentials/{credential_id}"
        | "PATCH /organizations/{org_id}/credentials/{credential_id}"
        | "DELETE /organizations/{org_id}/credentials/{credential_id}"
        | "POST /organizations/{org_id}/credentials/{credential_id}/test"
        | "GET /organizations/{org_id}/agents/{agent_id}/available-credentials"
        | "POST /organizations/{org_id}/agents/{agent_id}/grants"
        | "GET /organizations/{org_id}/agents/{agent_id}/grants"
        | "PATCH /organizations/{org_id}/agents/{agent_id}/grants/{grant_id}"
        | "DELETE /organizations/{org_id}/agents/{agent_id}/grants/{grant_id}"
        | "GET /tools/catalogue"
        | "GET /tools/catalogue/{name}"
        | "GET /tools"
        | "POST /tools"
        | "GET /tools/{tool_id}"
        | "PUT /tools/{tool_id}"
        | "DELETE /tools/{tool_id}"
        | "POST /tools/{tool_id}/test"
        // It reads a cron line, and knows no task.
        // A skill is its tenant's; what its author alone may do is tried by the stores' promises.
        | "GET /skills"
        | "POST /skills"
        | "GET /skills/{skill_id}"
        | "PUT /skills/{skill_id}"
        | "DELETE /skills/{skill_id}"
        | "POST /skills/{skill_id}/copy"
        | "POST /skills/{skill_id}/toggle"
        | "GET /skills/{skill_id}/export"
        // A memory is its user's, and no session's; the stores' promises about memory try colleagues.
        // A document is its readers', and no session's; the stores' promises about documents try colleagues.
        | "GET /documents"
        | "POST /documents"
        | "POST /documents/search"
        | "GET /documents/{document_id}"
        | "PATCH /documents/{document_id}"
        | "DELETE /documents/{document_id}"
        | "GET /documents/{document_id}/content"
        | "GET /documents/{document_id}/passages"
        | "GET /memory"
        | "GET /memory/{path}"
        | "PUT /memory/{path}"
        | "DELETE /memory/{path}"
        | "GET /memory/{path}/versions"
        | "POST /memory/{path}/restore"
        | "POST /tasks/preview"
        | "GET /approval-rules"
        | "PUT /approval-rules"
        | "GET /api-keys"
        | "POST /api-keys"
        | "DELETE /api-keys/{api_key_id}"
        | "POST /auth/token"
        | "GET /auth/test-token"
        | "GET /health"
        | "GET /health/db"
        | "GET /openapi.json"
        | "GET /oauth/openapi.json"
        | "GET /.well-known/jwks.json" => Plan::Nothing,
        unknown => panic!("say in plan.rs what a colleague tries with {unknown}"),
    }
}

/// Of CodeLab's gateway and runtime.
pub(crate) fn of_codelab(operation: &Operation) -> Plan {
    match operation.key().as_str() {
        "GET /sessions/{session_id}"
        | "DELETE /sessions/{session_id}"
        | "GET /sessions/{session_id}/history"
        | "GET /sessions/{session_id}/pending-approvals"
        | "GET /agents/{session_id}/current"
        | "GET /events/metrics/session/{session_id}" => Plan::Names(no_body),
        "PATCH /sessions/{session_id}" => Plan::Names(|_| json!({ "title": "mine" })),
        "POST /agents/{session_id}/switch" => Plan::Names(|_| json!({ "agent_type": "architect" })),
        "POST /sessions/{session_id}/hitl-decision" => Plan::Names(
            |things| json!({ "call_id": things.call, "decision": "edit", "modified_arguments": { "path": "b.txt", "content": "mine" } }),
        ),
        "POST /sessions" => Plan::Begins(|things| json!({ "session_id": things.session, "id": things.session })),
        "POST /agent/message/stream" => Plan::Begins(
            |things| json!({ "session_id": things.session, "message": { "type": "user_message", "role": "user", "content": "hi" } }),
        ),
        "GET /sessions"
        | "GET /events/metrics"
        | "GET /events/metrics/sessions"
        | "GET /events/audit-log"
        | "GET /events/stats"
        | "GET /metrics" => Plan::Lists,
        "ANY /ws/{session_id}" => Plan::Opens,
        "GET /agents" | "GET /health" | "GET /gateway-health" | "GET /nginx-health" | "GET /openapi.json" => {
            Plan::Nothing
        }
        unknown => panic!("say in plan.rs what a colleague tries with {unknown}"),
    }
}

/// Of the surfaces that know no sessions: that each operation was looked at is all that is asked.
pub(crate) fn of_others(operation: &Operation) -> Plan {
    match operation.key().as_str() {
        "POST /chat/completions"
        | "POST /v1/chat/completions"
        | "POST /v1/embeddings"
        | "GET /v1/models"
        | "GET /v1/models/{*id}"
        | "GET /v1/llm/models"
        | "GET /v1/llm/openapi.json"
        | "GET /health"
        | "GET /auth-health"
        | "GET /openapi.json"
        | "GET /oauth/openapi.json"
        | "GET /"
        | "POST /oauth/token"
        | "POST /oauth/register-user"
        | "POST /oauth/password"
        | "POST /oauth/revoke"
        | "POST /oauth/introspect"
        | "GET /oauth/userinfo"
        | "POST /oauth/userinfo"
        | "POST /oauth/logout"
        | "GET /oauth/authorize"
        | "POST /oauth/authorize"
        | "GET /.well-known/jwks.json"
        | "GET /.well-known/oauth-authorization-server"
        | "GET /.well-known/openid-configuration" => Plan::Nothing,
        "GET /metrics" => Plan::Lists,
        unknown => panic!("say in plan.rs what a colleague tries with {unknown}"),
    }
}

/// The path with its parameters filled in.
pub(crate) fn filled(path: &str, things: &Things) -> String {
    let part = |part: &str| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
        Some("session_id") => things.session.clone(),
        Some("run_id" | "turn_id") => things.run.clone(),
        Some("approval_id") => things.approval.clone(),
        // Of the private session's workspace.
        Some("path") => "a.txt".to_owned(),
        Some("form_id") => things.call.clone(),
        Some("task_id") => things.task.clone(),
        Some(other) => panic!("what is a {other}?"),
        None => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// A value of the private session for each parameter of a query that could name a thing of it.
pub(crate) fn filters(operation: &Operation, things: &Things) -> Vec<String> {
    let of = |name: &String| match name.as_str() {
        "session_id" => Some(format!("session_id={}", things.session)),
        "run_id" => Some(format!("run_id={}", things.run)),
        "turn_id" => Some(format!("turn_id={}", things.run)),
        "before" => Some(format!("before={}", things.run)),
        "entity_id" => Some(format!("entity_id={}", things.run)),
        "parent_id" => Some(format!("parent_id={}", things.task)),
        "entity_type" => Some("entity_type=session".to_owned()),
        "own" | "group_by" | "path" | "service_name" | "service" | "type" | "agent_id" | "status" | "limit"
        | "offset" | "q" | "include" | "after" | "wait" | "include_revoked" | "user_id" | "prefix" | "since"
        | "until" | "action" | "state" => None,
        unknown => panic!("say in plan.rs whether {unknown} of {} names a thing of a session", operation.key()),
    };
    operation.query.iter().filter_map(of).collect()
}

/// That the plan fills every id in the body.
pub(crate) fn check_body(operation: &Operation, body: &Value) {
    for name in &operation.body_ids {
        let is_harmless = matches!(name.as_str(), "agent_id");
        assert!(is_harmless || body.get(name).is_some(), "the plan of {} does not fill {name}", operation.key());
    }
}
