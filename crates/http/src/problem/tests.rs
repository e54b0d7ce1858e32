use axum::body::to_bytes;

use super::*;

async fn shown(problem: Problem) -> (StatusCode, Value, Response) {
    let mut response = problem.into_response();
    let body = to_bytes(std::mem::take(response.body_mut()), 65_536).await.unwrap();
    (response.status(), serde_json::from_slice(&body).unwrap(), response)
}

#[tokio::test]
async fn every_body_has_the_members_that_clients_look_for() {
    let (status, body, _) = shown(Problem::invalid_field("name", "is missing")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(body["error"], "validation_error");
    assert_eq!(body["message"], body["detail"]);
    assert_eq!(body["field_errors"][0]["field"], "name");
    assert!(body["trace_id"].is_string());
    assert!(body.get("details").is_none() && body.get("retry_after").is_none());
}

#[tokio::test]
async fn a_server_error_says_nothing_about_its_cause() {
    let cause = StoreError::Broken("SELECT password FROM /etc/shadow".into());
    let (status, body, _) = shown(cause.into()).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!body.to_string().contains("SELECT"), "{body}");
}

#[tokio::test]
async fn an_unavailable_database_asks_to_try_again() {
    let (status, body, response) = shown(StoreError::Unavailable("no route".into()).into()).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body["retry_after"], 1);
    assert_eq!(response.headers()[RETRY_AFTER], "1");
}

#[tokio::test]
async fn a_missing_credential_is_answered_with_a_challenge() {
    let (_, _, response) = shown(Problem::unauthenticated("unauthenticated", "Who are you?")).await;
    assert_eq!(response.headers()[WWW_AUTHENTICATE], r#"Bearer realm="artel""#);
}
