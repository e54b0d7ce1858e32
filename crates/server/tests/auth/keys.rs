//! The keys that sign access tokens, from outside.

use std::time::Duration;

use artel_testkit::{Artel, Database};
use serde_json::Value;

use crate::world::{admin, get, http, launch, read, run, send};

/// Longer than any part remembers keys.
const NOTICED: Duration = Duration::from_secs(7);

async fn kids(artel: &Artel, port: &str) -> Vec<String> {
    let answer = send(http().get(format!("{}/.well-known/jwks.json", artel.url_of(port)))).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "public, max-age=3600"), "{}", answer.text);
    let keys = answer.json["keys"].as_array().unwrap().clone();
    for key in &keys {
        assert_eq!(
            (&key["kty"], &key["use"], &key["alg"], &key["e"]),
            (&Value::from("RSA"), &"sig".into(), &"RS256".into(), &"AQAB".into())
        );
        assert!(key.get("d").is_none() && key.get("p").is_none(), "half of the key is nobody's business");
    }
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn one_document_holds_the_keys_of_access_tokens_and_of_service_tokens(database: Database) {
    let artel = launch(database).start().await;
    let kid = read(&admin(&artel).await).0["kid"].as_str().unwrap().to_owned();
    for port in ["auth", "public"] {
        let kids = kids(&artel, port).await;
        assert_eq!(kids.len(), 2, "{kids:?}");
        assert!(kids.contains(&kid), "{kids:?}");
    }
}

async fn a_rotation_leaves_old_tokens_working_and_a_withdrawn_key_does_not(database: Database) {
    let artel = launch(database).start().await;
    let agents = format!("{}/v1/agents", artel.url());
    let old = admin(&artel).await;
    let old_kid = read(&old).0["kid"].as_str().unwrap().to_owned();
    let new_kid = run(&artel, &["keys", "rotate"]).await;
    tokio::time::sleep(NOTICED).await;
    let new = admin(&artel).await;
    assert_eq!(read(&new).0["kid"].as_str(), Some(new_kid.as_str()));
    for token in [&old, &new] {
        assert_eq!(get(&agents, token).await.status, 200);
        assert_eq!(get(&format!("{}/oauth/userinfo", artel.url()), token).await.status, 200);
    }
    let published = kids(&artel, "auth").await;
    assert!(published.contains(&old_kid) && published.contains(&new_kid), "{published:?}");

    let (listed, _) = artel.command(&["keys", "list"]).await;
    assert!(listed.contains(&old_kid) && listed.contains("retiring"), "{listed}");
    run(&artel, &["keys", "withdraw", &old_kid]).await;
    assert!(!artel.command(&["keys", "withdraw", &new_kid]).await.1, "the active key cannot be withdrawn");
    tokio::time::sleep(NOTICED).await;
    assert_eq!(get(&agents, &old).await.status, 401);
    assert_eq!(get(&format!("{}/oauth/userinfo", artel.url()), &old).await.status, 401);
    assert_eq!(get(&agents, &new).await.status, 200);
}

on_both_databases! {
    one_document_holds_the_keys_of_access_tokens_and_of_service_tokens,
    a_rotation_leaves_old_tokens_working_and_a_withdrawn_key_does_not,
}
