//! The first thing that CodeLab's clients do once they have a token.

use artel_testkit::Database;

use crate::world::{admin, http, launch, send};

#[tokio::test]
async fn a_session_is_opened_by_a_post_that_promises_json_and_sends_nothing() {
    let artel = launch(Database::Sqlite).start().await;
    let request = http().post(format!("{}/api/v1/sessions", artel.url())).bearer_auth(admin(&artel).await);
    let answer = send(request.header("content-type", "application/json")).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.json["id"], answer.json["session_id"]);
    assert!(answer.json["message_count"].is_i64() && answer.json["current_agent"].is_string(), "{}", answer.text);
}
