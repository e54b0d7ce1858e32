use std::time::Duration;

use crate::world::{Answer, CALLBACK, PASSWORD, World};

const VERIFIER: &str = "a-verifier-of-at-least-43-characters-0123456789";
/// The S256 challenge of the verifier.
const CHALLENGE: &str = "wZL8MkZejwdzHh4jB2kh79_6EBNURpiMV6pTtCVALSs";

/// The hidden field and the cookie of a new login page.
async fn page(world: &World) -> (String, String) {
    let query = format!(
        "response_type=code&client_id=my-app&redirect_uri={}&code_challenge={CHALLENGE}&code_challenge_method=S256",
        CALLBACK.replace(':', "%3A").replace('/', "%2F")
    );
    form_of(&world.get(&format!("/oauth/authorize?{query}"), &[]).await)
}

fn form_of(page: &Answer) -> (String, String) {
    let form = page.text.split_once(r#"name="form" value=""#).unwrap().1.split_once('"').unwrap().0;
    let cookie = page.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap();
    (form.to_owned(), cookie.to_owned())
}

async fn sign_in(world: &World, (form, cookie): &(String, String)) -> Answer {
    let fields = [("form", form.as_str()), ("username", "admin"), ("password", PASSWORD)];
    world.post("/oauth/authorize", &[("cookie", cookie)], &fields).await
}

async fn exchange(world: &World, redirected: &Answer) -> Answer {
    let location = redirected.headers["location"].to_str().unwrap();
    let code = location.split_once("code=").unwrap().1.split('&').next().unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("client_id", "my-app"),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    world.post("/oauth/token", &[], &fields).await
}

#[tokio::test]
async fn a_code_is_valid_for_a_minute() {
    let world = World::new().await;
    let in_time = sign_in(&world, &page(&world).await).await;
    world.clock.advance(Duration::from_secs(55));
    assert_eq!(exchange(&world, &in_time).await.status, 200);
    let late = sign_in(&world, &page(&world).await).await;
    world.clock.advance(Duration::from_secs(61));
    let refused = exchange(&world, &late).await;
    assert_eq!((refused.status, refused.json["error_description"].as_str()), (400, Some("The code has expired")));
}

#[tokio::test]
async fn a_login_page_that_was_open_for_too_long_is_shown_again() {
    let world = World::new().await;
    let old = page(&world).await;
    world.clock.advance(Duration::from_mins(16));
    let again = sign_in(&world, &old).await;
    assert_eq!(again.status, 400);
    assert!(again.text.contains("open for too long"), "{}", again.text);
    assert_eq!(sign_in(&world, &form_of(&again)).await.status, 303);
}

#[tokio::test]
async fn a_lockout_ends_fifteen_minutes_after_the_first_failure() {
    let world = World::new().await;
    for _ in 0..5 {
        assert_eq!(world.login("wrong").await.status, 401);
        world.clock.advance(Duration::from_mins(1));
    }
    let locked = world.login(PASSWORD).await;
    assert_eq!(locked.json["error"], "account_locked");
    assert!((590..=600).contains(&locked.json["retry_after"].as_u64().unwrap()), "{}", locked.text);
    world.clock.advance(Duration::from_secs(601));
    assert_eq!(world.login(PASSWORD).await.status, 200);
}

#[tokio::test]
async fn no_refresh_moves_the_end_of_a_login() {
    let world = World::new().await;
    let mut token = world.login(PASSWORD).await.json["refresh_token"].as_str().unwrap().to_owned();
    for _ in 0..5 {
        world.clock.advance(Duration::from_secs(17_000));
        let fields =
            [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("client_id", "codelab-flutter-app")];
        let answer = world.post("/oauth/token", &[], &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        token = answer.json["refresh_token"].as_str().unwrap().to_owned();
    }
    world.clock.advance(Duration::from_mins(25));
    let fields =
        [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("client_id", "codelab-flutter-app")];
    assert_eq!(world.post("/oauth/token", &[], &fields).await.json["error_description"], "Refresh token has expired");
}

#[tokio::test]
async fn an_access_token_ends_at_its_expiry() {
    let world = World::new().await;
    let bearer = format!("Bearer {}", world.login(PASSWORD).await.json["access_token"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str())];
    world.clock.advance(Duration::from_secs(890));
    assert_eq!(world.get("/oauth/userinfo", &headers).await.status, 200);
    world.clock.advance(Duration::from_secs(45));
    assert_eq!(world.get("/oauth/userinfo", &headers).await.json["error"], "invalid_token");
}
