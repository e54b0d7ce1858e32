//! An auth service that is another installation: two processes with a database each.

use artel_identity::ServiceKey;
use artel_identity::attacks::Target;
use artel_testkit::{Artel, Database};

use crate::attacks::{UPGRADE, send_for_status};
use crate::world::{Answer, admin, get, http, launch, read, run, send};

/// Those that are about the absence of the tenant are what an auth service without tenants sends.
const HONEST_ELSEWHERE: [&str; 2] = ["claims: tenant_id is absent", "claims: tenant_id is null"];

/// An installation of its own that believes the auth service at this address.
async fn believing(url: &str) -> Artel {
    launch(Database::Sqlite)
        .roles("platform,gateway,runtime,worker")
        .with("GATEWAY__AUTH_SERVICE_URL", url)
        .with("AUTH_SERVICE_KEYS_SECONDS", "1")
        .start()
        .await
}

async fn agents(artel: &Artel, bearer: &str) -> Answer {
    get(&format!("{}/v1/agents", artel.url()), bearer).await
}

#[tokio::test]
async fn its_tokens_open_every_surface_and_forged_ones_none() {
    let pem = tokio::task::spawn_blocking(ServiceKey::generate_pem).await.unwrap().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), secrecy::ExposeSecret::expose_secret(&pem)).unwrap();
    let given = launch(Database::Sqlite).with("AUTH_SERVICE__PRIVATE_KEY_PATH", file.path().to_str().unwrap());
    let auth = given.roles("auth").start().await;
    let artel = believing(auth.url_of("auth")).await;
    let token = admin(&auth).await;

    let session = send(http().post(format!("{}/api/v1/sessions", artel.url())).bearer_auth(&token)).await;
    assert_eq!(session.status, 201, "{}", session.text);
    let doors = [
        (format!("{}/v1/agents", artel.url()), 200),
        (format!("{}/api/v1/sessions", artel.url()), 200),
        (format!("{}/api/v1/ws/{}", artel.url(), session.text_of("id")), 101),
        // These are its own auth service's, and for services.
        (format!("{}/oauth/userinfo", artel.url()), 401),
        (format!("{}/sessions", artel.url_of("runtime")), 401),
    ];
    let client = http();
    let knock = async |door: &str, token: &reqwest::header::HeaderValue| {
        let mut request = client.get(door).header("authorization", token.clone());
        if door.contains("/ws/") {
            for (name, value) in UPGRADE {
                request = request.header(name, value);
            }
        }
        send_for_status(request).await
    };
    let value = format!("Bearer {token}").parse().unwrap();
    for (door, status) in &doors {
        assert_eq!(knock(door, &value).await.0, *status, "{door}");
    }

    let key = ServiceKey::from_pem(&pem).unwrap();
    let claims = read(&token).1;
    let target = Target { key: &key, now: claims["iat"].as_i64().unwrap(), claims };
    let attacks = target.attacks();
    assert!(attacks.len() > 100, "{}", attacks.len());
    for attack in attacks.iter().filter(|attack| !HONEST_ELSEWHERE.contains(&attack.name.as_str())) {
        // What no header can carry no door can take.
        let Ok(value) = reqwest::header::HeaderValue::from_str(&format!("Bearer {}", attack.token)) else { continue };
        for (door, _) in &doors {
            let (status, text) = knock(door, &value).await;
            assert!(matches!(status, 400 | 401 | 431), "{door} answered {status} to '{}': {text}", attack.name);
        }
    }
}

#[tokio::test]
async fn keys_come_and_go_with_its_key_set_and_while_it_is_away_nobody_is_told_that_a_token_is_bad() {
    let mut auth = launch(Database::Sqlite).roles("auth").start().await;
    let url = auth.url_of("auth").to_owned();
    let artel = believing(&url).await;
    let old = admin(&auth).await;
    assert_eq!(agents(&artel, &old).await.status, 200);

    run(&auth, &["keys", "rotate"]).await;
    let new = until("the auth service signs with its new key", async || {
        let token = admin(&auth).await;
        (read(&token).0["kid"] != read(&old).0["kid"]).then_some(token)
    })
    .await;
    until("the new key is believed", async || (agents(&artel, &new).await.status == 200).then_some(())).await;
    assert_eq!(agents(&artel, &old).await.status, 200, "the old one still verifies");

    run(&auth, &["keys", "withdraw", read(&old).0["kid"].as_str().unwrap()]).await;
    until("the withdrawn key is not believed", async || (agents(&artel, &old).await.status == 401).then_some(())).await;
    assert_eq!(agents(&artel, &new).await.status, 200);

    auth.kill().await;
    assert_eq!(agents(&artel, &new).await.status, 200, "its restart signs nobody out");
    let lonely = believing(&url).await;
    for path in ["/v1/agents", "/api/v1/sessions"] {
        let answer = get(&format!("{}{path}", lonely.url()), &new).await;
        assert_eq!(answer.status, 503, "{}", answer.text);
        assert!(!answer.header("retry-after").is_empty(), "{}", answer.text);
    }
    assert!(lonely.log().contains("AUTH_SERVICE_URL"), "the operator is told:\n{}", lonely.log());
    // Its own callers do not depend on anybody.
    assert_eq!(lonely.client().await.get("/agents").await.0, 200);
}

/// Waits for what is noticed within seconds.
async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..150 {
        if let Some(seen) = look().await {
            return seen;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("not within 15 s: {what}")
}
