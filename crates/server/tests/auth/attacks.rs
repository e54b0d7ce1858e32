//! The JWT attack corpus against every door that takes access tokens.

use artel_identity::ServiceKey;
use artel_identity::attacks::Target;

use crate::world::{INTERNAL_SECRET, admin, get, http, launch, read, send};

#[tokio::test]
async fn no_forged_or_bent_token_opens_any_door() {
    // A key that the test knows too: so that most attacks are signed rightly.
    let pem = tokio::task::spawn_blocking(ServiceKey::generate_pem).await.unwrap().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), secrecy::ExposeSecret::expose_secret(&pem)).unwrap();
    let artel = launch().with("AUTH_SERVICE__PRIVATE_KEY_PATH", file.path().to_str().unwrap()).start().await;
    let key = ServiceKey::from_pem(&pem).unwrap();

    let (header, claims) = read(&admin(&artel).await);
    assert_eq!(header["kid"], key.kid(), "the given key signs");
    let target = Target { key: &key, now: claims["iat"].as_i64().unwrap(), claims };
    // The last one knows the caller, who may not ask models.
    let doors = [
        (format!("{}/v1/agents", artel.url()), 200),
        (format!("{}/oauth/userinfo", artel.url()), 200),
        (format!("{}/v1/models", artel.url_of("llm_proxy")), 403),
    ];
    let client = http();
    let introspect = async |token: &str| {
        let request = client.post(format!("{}/oauth/introspect", artel.url())).basic_auth("codelab-internal", Some(INTERNAL_SECRET));
        send(request.form(&[("token", token)])).await
    };
    let honest = target.honest();
    for (door, status) in &doors {
        assert_eq!(get(door, &honest).await.status, *status, "the corpus aims right at {door}");
    }
    assert_eq!(introspect(&honest).await.json["active"], true);

    let attacks = target.attacks();
    assert!(attacks.len() > 100, "{}", attacks.len());
    for attack in attacks {
        // What no header can carry no door can take.
        let Ok(value) = reqwest::header::HeaderValue::from_str(&format!("Bearer {}", attack.token)) else { continue };
        for (door, _) in &doors {
            let answer = send(client.get(door.as_str()).header("authorization", value.clone())).await;
            assert!(matches!(answer.status, 400 | 401 | 431), "{door} answered {} to '{}': {}", answer.status, attack.name, answer.text);
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
