//! Programs that act for themselves, and those that ask what a token is worth.

use artel_testkit::{Artel, Database};
use serde_json::json;

use crate::world::{
    Answer, IDE, INTERNAL_SECRET, PASSWORD, get, http, launch, login, post, read, refresh, run, send, token,
};

async fn ask(artel: &Artel, path: &str, secret: &str, presented: &str) -> Answer {
    let request = http().post(format!("{}/oauth/{path}", artel.url())).basic_auth("codelab-internal", Some(secret));
    send(request.form(&[("token", presented)])).await
}

async fn a_service_gets_tokens_for_its_secret_and_no_refresh_token(database: Database) {
    let artel = launch(database).start().await;
    let secret = run(
        &artel,
        &[
            "clients",
            "create",
            "my-service",
            "--confidential",
            "--grants",
            "client_credentials",
            "--scopes",
            "api:read,api:write",
        ],
    )
    .await;
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", "my-service"),
        ("client_secret", &secret),
        ("scope", "api:read"),
    ];
    let answer = token(&artel, &fields).await;
    assert_eq!((answer.status, &answer.json["scope"]), (200, &json!("api:read")), "{}", answer.text);
    assert!(answer.json.get("refresh_token").is_none(), "{}", answer.text);
    let access = answer.text_of("access_token");
    assert_eq!(read(&access).1["client_id"], "my-service");
    assert_eq!(get(&format!("{}/v1/agents", artel.url()), &access).await.status, 200);
    assert_eq!(get(&format!("{}/oauth/userinfo", artel.url()), &access).await.status, 401, "it is nobody");

    let next = run(&artel, &["clients", "rotate-secret", "my-service"]).await;
    assert_eq!(token(&artel, &fields).await.refusal().1, "invalid_client", "the old secret is dead");
    let fields = [("grant_type", "client_credentials"), ("client_id", "my-service"), ("client_secret", &next)];
    assert_eq!(token(&artel, &fields).await.status, 200);
    run(&artel, &["clients", "deactivate", "my-service"]).await;
    assert_eq!(token(&artel, &fields).await.refusal().1, "invalid_client");
}

async fn introspection_says_what_a_token_is_worth_right_now(database: Database) {
    let artel = launch(database).start().await;
    let tokens = login(&artel, "admin", PASSWORD).await;
    let (access, refresh_token) = (tokens.text_of("access_token"), tokens.text_of("refresh_token"));
    let seen = ask(&artel, "introspect", INTERNAL_SECRET, &access).await.json;
    assert_eq!(
        (&seen["active"], &seen["username"], &seen["client_id"], &seen["scope"]),
        (&json!(true), &json!("admin"), &json!(IDE), &tokens.json["scope"])
    );
    assert_eq!(ask(&artel, "introspect", INTERNAL_SECRET, &refresh_token).await.json["token_type"], "refresh_token");
    assert_eq!(ask(&artel, "introspect", INTERNAL_SECRET, "nonsense").await.json, json!({ "active": false }));

    assert_eq!(ask(&artel, "introspect", "wrong", &access).await.refusal().1, "invalid_client");
    let url = format!("{}/oauth/introspect", artel.url());
    assert_eq!(
        post(&url, &[("token", &access), ("client_id", IDE)]).await.refusal().1,
        "invalid_client",
        "a public client proves nothing"
    );

    run(&artel, &["users", "deactivate", "admin"]).await;
    for presented in [&access, &refresh_token] {
        assert_eq!(ask(&artel, "introspect", INTERNAL_SECRET, presented).await.json, json!({ "active": false }));
    }
    assert_eq!(
        login(&artel, "admin", PASSWORD).await.refusal(),
        (401, "invalid_grant", "Invalid username or password")
    );
    run(&artel, &["users", "activate", "admin"]).await;
    assert_eq!(login(&artel, "admin", PASSWORD).await.status, 200);
}

async fn a_client_of_one_organisation_learns_nothing_about_the_tokens_of_another(database: Database) {
    let artel = launch(database).start().await;
    let foreign = ["clients", "create", "foreign", "--confidential", "--grants", "client_credentials", "--tenant"];
    let secret = run(&artel, &[&foreign[..], &["eeeeeeee-0000-4000-8000-000000000001"]].concat()).await;
    let tokens = login(&artel, "admin", PASSWORD).await;
    for name in ["access_token", "refresh_token"] {
        let request = http().post(format!("{}/oauth/introspect", artel.url())).basic_auth("foreign", Some(&secret));
        assert_eq!(send(request.form(&[("token", tokens.text_of(name))])).await.json, json!({ "active": false }));
    }
}

async fn revoking_either_token_ends_the_login_and_rubbish_is_as_good_as_revoked(database: Database) {
    let artel = launch(database).start().await;
    let url = format!("{}/oauth/revoke", artel.url());
    for name in ["access_token", "refresh_token"] {
        let tokens = login(&artel, "admin", PASSWORD).await;
        assert_eq!(
            ask(&artel, "revoke", INTERNAL_SECRET, &tokens.text_of(name)).await.status,
            200,
            "another client's token"
        );
        assert_eq!(
            get(&format!("{}/oauth/userinfo", artel.url()), &tokens.text_of("access_token")).await.status,
            200,
            "is left alone"
        );
        assert_eq!(post(&url, &[("token", &tokens.text_of(name)), ("client_id", IDE)]).await.status, 200);
        assert_eq!(refresh(&artel, &tokens.text_of("refresh_token")).await.status, 401, "after revoking the {name}");
    }
    assert_eq!(post(&url, &[("token", "nonsense"), ("client_id", IDE)]).await.status, 200);
    assert_eq!(post(&url, &[("token", "x"), ("client_id", "nobody")]).await.refusal().1, "invalid_client");
    assert_eq!(post(&url, &[("client_id", IDE)]).await.refusal().1, "invalid_request");
}

on_both_databases! {
    a_service_gets_tokens_for_its_secret_and_no_refresh_token,
    introspection_says_what_a_token_is_worth_right_now,
    a_client_of_one_organisation_learns_nothing_about_the_tokens_of_another,
    revoking_either_token_ends_the_login_and_rubbish_is_as_good_as_revoked,
}
