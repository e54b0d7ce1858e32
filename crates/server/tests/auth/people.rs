//! What people do with their own account.

use artel_testkit::Database;
use reqwest::RequestBuilder;
use serde_json::json;

use crate::world::{Answer, PASSWORD, get, http, launch, login, post, refresh, run, send};

const STRONG: &str = "Another-Horse-8!";

async fn at(url: &str, bearer: &str, fields: &[(&str, &str)]) -> Answer {
    let request: RequestBuilder = http().post(url).bearer_auth(bearer).form(fields);
    send(request).await
}

async fn whoever_logs_out_is_out_on_this_device_or_on_all(database: Database) {
    let artel = launch(database).start().await;
    let url = |path: &str| format!("{}{path}", artel.url());
    let (here, there) = (login(&artel, "admin", PASSWORD).await, login(&artel, "admin", PASSWORD).await);
    let out = at(&url("/oauth/logout"), &here.text_of("access_token"), &[]).await;
    assert_eq!((out.status, &out.json["sessions_ended"]), (200, &json!(1)), "{}", out.text);
    assert_eq!(refresh(&artel, &here.text_of("refresh_token")).await.status, 401);
    assert_eq!(get(&url("/oauth/userinfo"), &here.text_of("access_token")).await.refusal().1, "invalid_token");
    let there = refresh(&artel, &there.text_of("refresh_token")).await;
    assert_eq!(there.status, 200, "the other device stays in");

    login(&artel, "admin", PASSWORD).await;
    let all = at(&url("/oauth/logout"), &there.text_of("access_token"), &[("everywhere", "true")]).await;
    assert_eq!(all.json["sessions_ended"], json!(2));
    assert_eq!(refresh(&artel, &there.text_of("refresh_token")).await.status, 401);
}

async fn a_new_password_needs_the_old_one_and_ends_the_other_logins(database: Database) {
    let artel = launch(database).start().await;
    let url = format!("{}/oauth/password", artel.url());
    let (here, there) = (login(&artel, "admin", PASSWORD).await, login(&artel, "admin", PASSWORD).await);
    let bearer = here.text_of("access_token");
    let weak = at(&url, &bearer, &[("current_password", PASSWORD), ("new_password", "weak")]).await;
    assert_eq!((weak.status, &weak.json["field_errors"][0]["field"]), (422, &json!("new_password")));
    let wrong = at(&url, &bearer, &[("current_password", "wrong"), ("new_password", STRONG)]).await;
    assert_eq!(wrong.refusal(), (401, "invalid_grant", "The current password is not right"));
    assert_eq!(at(&url, &bearer, &[("current_password", PASSWORD), ("new_password", STRONG)]).await.status, 200);
    assert_eq!(refresh(&artel, &there.text_of("refresh_token")).await.status, 401);
    assert_eq!(refresh(&artel, &here.text_of("refresh_token")).await.status, 200);
    assert_eq!(login(&artel, "admin", PASSWORD).await.status, 401);
    assert_eq!(login(&artel, "admin", STRONG).await.status, 200);
    assert_eq!(send(http().post(&url).form(&[("new_password", STRONG)])).await.refusal().1, "unauthorized");
}

async fn whoever_has_an_invitation_becomes_a_user_once(database: Database) {
    let artel = launch(database).start().await;
    let url = format!("{}/oauth/register-user", artel.url());
    let tenant = "aaaaaaaa-0000-4000-8000-00000000000a";
    let code = run(&artel, &["users", "invite", "--tenant", tenant]).await;
    let ada = [("username", "ada"), ("password", STRONG), ("email", "ada@example.com"), ("invite", &code)];
    assert_eq!(post(&url, &ada[..3]).await.refusal().1, "invalid_invite");
    for (field, bad) in [("username", "a b c"), ("email", "nonsense"), ("password", "alllowercase1!")] {
        let fields: Vec<_> =
            ada.iter().map(|(name, value)| (*name, if *name == field { bad } else { value })).collect();
        let refused = post(&url, &fields).await;
        assert_eq!((refused.status, &refused.json["field_errors"][0]["field"]), (422, &json!(field)));
    }
    let made = post(&url, &ada).await;
    assert_eq!((made.status, &made.json["tenant_id"]), (201, &json!(tenant)), "{}", made.text);
    let again: Vec<_> =
        ada.iter().map(|(name, value)| (*name, if *name == "username" { "bob" } else { value })).collect();
    assert_eq!(post(&url, &again).await.refusal().1, "invalid_invite", "it is used up");
    assert_eq!(login(&artel, "ada@example.com", STRONG).await.status, 200);
}

#[tokio::test]
async fn the_operator_decides_whether_strangers_become_users() {
    let fields = [("username", "ada"), ("password", STRONG)];
    let closed = launch(Database::Sqlite).with("AUTH_SERVICE__REGISTRATION", "closed").start().await;
    assert_eq!(
        post(&format!("{}/oauth/register-user", closed.url()), &fields).await.refusal().1,
        "registration_closed"
    );
    let open = launch(Database::Sqlite).with("AUTH_SERVICE__REGISTRATION", "open").start().await;
    let url = format!("{}/oauth/register-user", open.url());
    let made = post(&url, &fields).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_ne!(made.json["tenant_id"], "00000000-0000-0000-0000-000000000001", "a stranger is nobody's colleague");
    assert_eq!(post(&url, &[("username", "ADA"), ("password", STRONG)]).await.refusal().1, "already_exists");
}

on_both_databases! {
    whoever_logs_out_is_out_on_this_device_or_on_all,
    a_new_password_needs_the_old_one_and_ends_the_other_logins,
    whoever_has_an_invitation_becomes_a_user_once,
}
