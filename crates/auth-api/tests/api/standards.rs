use serde_json::json;

use crate::world::{PASSWORD, World};

const IDE: &str = "codelab-flutter-app";

async fn refreshed(world: &World, token: &str, scope: &str) -> crate::world::Answer {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", IDE), ("scope", scope)];
    world.post("/oauth/token", &[], &fields).await
}

#[tokio::test]
async fn a_refresh_may_ask_for_fewer_scopes_and_never_for_more() {
    let world = World::new().await;
    let login = world.login(PASSWORD).await.json;
    let token = login["refresh_token"].as_str().unwrap();
    let wider = refreshed(&world, token, "api:read api:admin").await;
    assert_eq!((wider.status, &wider.json["error"]), (400, &json!("invalid_scope")));
    let narrower = refreshed(&world, token, "api:read").await;
    assert_eq!((narrower.status, &narrower.json["scope"]), (200, &json!("api:read")), "the token was not spent");
    let next = narrower.json["refresh_token"].as_str().unwrap();
    let all = refreshed(&world, next, "").await;
    assert_eq!(all.json["scope"], login["scope"], "the login keeps its scopes");
}

#[tokio::test]
async fn nobody_is_told_the_e_mail_address_without_the_scopes_for_it() {
    let world = World::new().await;
    let bearer = format!("Bearer {}", world.login(PASSWORD).await.json["access_token"].as_str().unwrap());
    let who = world.get("/oauth/userinfo", &[("authorization", bearer.as_str())]).await.json;
    assert_eq!(who["preferred_username"], "admin");
    assert!(who.get("email").is_none() && who.get("email_verified").is_none(), "{who}");
}
