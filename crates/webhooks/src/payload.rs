//! What a message says: ids, states, the tool's name and who acts. Never arguments, texts of users and models, reasons
//! or feedback: a receiver that needs them asks the API, which asks who is asking.

use artel_domain::{
    Notice, NoticedApproval, NoticedRun, SessionId, TenantId, Timestamp, WebhookEndpointId, WebhookEvent,
};
use serde_json::{Map, Value, json};

/// The body of the message about a notice.
pub(crate) fn payload(notice: &Notice) -> String {
    let mut data = Map::new();
    put(&mut data, json!({ "tenant_id": notice.tenant_id, "state": notice.state }));
    match &notice.approval {
        Some(approval) => put(&mut data, of_approval(notice, approval)),
        None if is_of_run(notice.event) => put(&mut data, json!({ "run_id": notice.subject, "ended_at": notice.at })),
        None => put(&mut data, json!({ "approval_id": notice.subject })),
    }
    if let Some(run) = &notice.run {
        put(&mut data, of_run(run, is_of_run(notice.event)));
    }
    message(notice.event, notice.at, &data)
}

/// The body of the message that an administrator asks for.
pub fn test_payload(tenant: TenantId, endpoint: WebhookEndpointId, at: Timestamp) -> String {
    let mut data = Map::new();
    put(&mut data, json!({ "tenant_id": tenant, "endpoint_id": endpoint }));
    message(WebhookEvent::WebhookTest, at, &data)
}

fn message(event: WebhookEvent, at: Timestamp, data: &Map<String, Value>) -> String {
    json!({ "type": event, "timestamp": at, "data": data }).to_string()
}

fn is_of_run(event: WebhookEvent) -> bool {
    matches!(event, WebhookEvent::RunSucceeded | WebhookEvent::RunFailed | WebhookEvent::RunCancelled)
}

fn of_run(run: &NoticedRun, has_ended: bool) -> Value {
    let mut told = json!({
        "run_id": run.id,
        "agent_id": run.agent_id,
        "session_id": run.session_id.as_ref().map(SessionId::shown),
        "user_id": run.user_id,
        "parent_run_id": run.parent_run_id,
    });
    if has_ended {
        told["error_code"] = json!(run.error_code);
        told["created_at"] = json!(run.created_at);
    }
    told
}

/// A question may be decided before it is told of; then its message is still the question's. One that is withdrawn was
/// not decided.
fn of_approval(notice: &Notice, approval: &NoticedApproval) -> Value {
    let is_decided = matches!(notice.event, WebhookEvent::ApprovalDecided | WebhookEvent::ApprovalExpired);
    json!({
        "approval_id": notice.subject,
        "tool_name": approval.tool_name,
        "decision": approval.decision.as_ref().filter(|_| is_decided),
        "decided_by": approval.decided_by.filter(|_| is_decided),
        "decided_at": is_decided.then_some(notice.at),
        "created_at": approval.created_at,
        "expires_at": approval.expires_at,
    })
}

fn put(data: &mut Map<String, Value>, members: Value) {
    if let Value::Object(members) = members {
        data.extend(members);
    }
}

#[cfg(test)]
mod tests {
    use artel_domain::{AgentId, RunId, UserId};

    use super::*;

    fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(last: u8) -> T {
        format!("00000000-0000-4000-8000-0000000000{last:02}").parse().unwrap()
    }

    fn notice(event: WebhookEvent, state: &str) -> Notice {
        let at = |second| Timestamp::from_second(second).unwrap();
        let run = NoticedRun {
            id: id::<RunId>(2),
            agent_id: id::<AgentId>(3),
            session_id: Some(SessionId("chat".to_owned())),
            user_id: id::<UserId>(4),
            parent_run_id: None,
            error_code: None,
            created_at: at(1),
        };
        let (tenant_id, subject, state) = (id(1), id(2), state.to_owned());
        Notice { tenant_id, subject, event, state, at: at(9), run: Some(run), approval: None }
    }

    fn data(notice: &Notice) -> Value {
        serde_json::from_str::<Value>(&payload(notice)).unwrap()["data"].take()
    }

    #[test]
    fn an_end_says_of_which_run_and_how() {
        let told: Value = serde_json::from_str(&payload(&notice(WebhookEvent::RunFailed, "failed"))).unwrap();
        assert_eq!((&told["type"], &told["timestamp"]), (&json!("run.failed"), &json!("1970-01-01T00:00:09Z")));
        let data = &told["data"];
        assert_eq!((&data["state"], &data["session_id"]), (&json!("failed"), &json!("chat")));
        assert_eq!(data["ended_at"], "1970-01-01T00:00:09Z");
        assert_eq!(data["run_id"], json!(id::<RunId>(2)));
    }

    #[test]
    fn a_question_that_was_decided_meanwhile_is_told_as_a_question() {
        let approval = NoticedApproval {
            tool_name: "write_file".to_owned(),
            decision: Some("approve".to_owned()),
            decided_by: Some(id(5)),
            created_at: Timestamp::from_second(2).unwrap(),
            expires_at: None,
        };
        let asked = Notice { approval: Some(approval), ..notice(WebhookEvent::ApprovalRequested, "pending") };
        let told = data(&asked);
        assert_eq!(
            (&told["decision"], &told["decided_by"], &told["decided_at"]),
            (&Value::Null, &Value::Null, &Value::Null)
        );
        assert_eq!((&told["tool_name"], &told["state"]), (&json!("write_file"), &json!("pending")));
        let decided = data(&Notice { event: WebhookEvent::ApprovalDecided, state: "approved".to_owned(), ..asked });
        assert_eq!((&decided["decision"], &decided["state"]), (&json!("approve"), &json!("approved")));
        assert_eq!(decided["decided_at"], "1970-01-01T00:00:09Z");
    }

    #[test]
    fn a_question_that_is_withdrawn_was_not_decided() {
        let approval = NoticedApproval {
            tool_name: "write_file".to_owned(),
            decision: Some("approve".to_owned()),
            decided_by: Some(id(5)),
            created_at: Timestamp::from_second(2).unwrap(),
            expires_at: None,
        };
        let told = data(&Notice { approval: Some(approval), ..notice(WebhookEvent::ApprovalCancelled, "cancelled") });
        let decision = (&told["decision"], &told["decided_by"], &told["decided_at"]);
        assert_eq!(decision, (&Value::Null, &Value::Null, &Value::Null));
    }

    #[test]
    fn a_session_is_called_as_its_users_call_it() {
        let mut ended = notice(WebhookEvent::RunSucceeded, "succeeded");
        ended.run.as_mut().unwrap().session_id = Some(SessionId::of_user(id::<UserId>(4), "chat-1"));
        assert_eq!(data(&ended)["session_id"], "chat-1");
    }

    #[test]
    fn a_run_that_was_deleted_is_still_told_of_by_its_id() {
        let told = data(&Notice { run: None, ..notice(WebhookEvent::RunSucceeded, "succeeded") });
        assert_eq!(told["run_id"], json!(id::<RunId>(2)));
    }
}
