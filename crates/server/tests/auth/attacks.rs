//! The JWT attack corpus against every door that takes access tokens.

use artel_identity::ServiceKey;
use artel_identity::attacks::Target;
use artel_testkit::Database;

use crate::world::{INTERNAL_SECRET, admin, http, launch, read, send};

const SESSION: &str = "6a1c5c62-74a4-4f0e-a6a3-6a2e6f6f3a11";
pub(crate) const UPGRADE: [(&str, &str); 4] = [
    ("connection", "upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

/// An upgraded connection has no body to wait for.
pub(crate) async fn send_for_status(request: reqwest::RequestBuilder) -> (u16, String) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, if status == 101 { String::new() } else { answer.text().await.unwrap() })
}

async fn no_forged_or_bent_token_opens_any_door(database: Database) {
    // A key that the test knows too: so that most attacks are signed rightly.
    let pem = tokio::task::spawn_blocking(ServiceKey::generate_pem).await.unwrap().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), secrecy::ExposeSecret::expose_secret(&pem)).unwrap();
    let artel = launch(database).with("AUTH_SERVICE__PRIVATE_KEY_PATH", file.path().to_str().unwrap()).start().await;
    let key = ServiceKey::from_pem(&pem).unwrap();

    let (header, claims) = read(&admin(&artel).await);
    assert_eq!(header["kid"], key.kid(), "the given key signs");
    let target = Target { key: &key, now: claims["iat"].as_i64().unwrap(), claims };
    let client = http();
    let doors = [
        (format!("{}/v1/agents", artel.url()), 200),
        (format!("{}/oauth/userinfo", artel.url()), 200),
        (format!("{}/api/v1/sessions", artel.url()), 200),
        (format!("{}/api/v1/ws/{SESSION}", artel.url()), 101),
        // It knows the caller, who may not ask models.
        (format!("{}/v1/models", artel.url_of("llm_proxy")), 403),
        // Tokens of users are nothing to it.
        (format!("{}/sessions", artel.url_of("runtime")), 401),
    ];
    let knock = async |door: &str, token: &reqwest::header::HeaderValue| {
        let mut request = client.get(door).header("authorization", token.clone());
        if door.contains("/ws/") {
            for (name, value) in UPGRADE {
                request = request.header(name, value);
            }
        }
        send_for_status(request).await
    };
    let introspect = async |token: &str| {
        let request = client
            .post(format!("{}/oauth/introspect", artel.url()))
            .basic_auth("codelab-internal", Some(INTERNAL_SECRET));
        send(request.form(&[("token", token)])).await
    };
    let honest = target.honest();
    for (door, status) in &doors {
        let value = format!("Bearer {honest}").parse().unwrap();
        assert_eq!(knock(door, &value).await.0, *status, "the corpus aims right at {door}");
    }
    assert_eq!(introspect(&honest).await.json["active"], true);

    let attacks = target.attacks();
    assert!(attacks.len() > 100, "{}", attacks.len());
    for attack in attacks {
        // What no header can carry no door can take.
        let Ok(value) = reqwest::header::HeaderValue::from_str(&format!("Bearer {}", attack.token)) else { continue };
        for (door, _) in &doors {
            let (status, text) = knock(door, &value).await;
            assert!(matches!(status, 400 | 401 | 431), "{door} answered {status} to '{}': {text}", attack.name);
        }
        let answer = introspect(&attack.token).await;
        assert!(
            matches!(answer.status, 200 | 400 | 413) && answer.json["active"] != true,
            "introspection believes '{}': {}",
            attack.name,
            answer.text
        );
    }
}

on_both_databases! {
    no_forged_or_bent_token_opens_any_door,
}
