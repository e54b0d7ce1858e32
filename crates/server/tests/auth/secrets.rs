//! Canaries: no password, token, code or secret is found where it does not belong.

use artel_testkit::{Artel, Database};

use crate::world::{INTERNAL_SECRET, PASSWORD, get, http, launch, login, refresh, run, send};

#[tokio::test]
async fn passwords_tokens_and_secrets_are_in_no_log_no_refusal_and_no_byte_of_the_data_directory() {
    let artel =
        launch(Database::Sqlite).with("LOG_LEVEL", "trace").with("AUTH_SERVICE__LOG_LEVEL", "DEBUG").start().await;
    let secret =
        run(&artel, &["clients", "create", "my-service", "--confidential", "--grants", "client_credentials"]).await;
    let password = run(&artel, &["users", "create", "ada"]).await;
    let invite = run(&artel, &["users", "invite"]).await;
    let typed = "typed-Wrong-Password-9";
    let (first, refused) = (login(&artel, "ada", &password).await, login(&artel, "ada", typed).await);
    let (access, refresh_token) = (first.text_of("access_token"), first.text_of("refresh_token"));
    let second = refresh(&artel, &refresh_token).await;
    let reused = refresh(&artel, "artel_rt_guessed-Refresh-Token-1").await;
    let basic = http().post(format!("{}/oauth/token", artel.url())).basic_auth("my-service", Some("guessed-Secret-5"));
    let wrong_client = send(basic.form(&[("grant_type", "client_credentials")])).await;
    let bad_token = get(&format!("{}/oauth/userinfo", artel.url()), &format!("{access}x")).await;
    let introspect =
        http().post(format!("{}/oauth/introspect", artel.url())).basic_auth("codelab-internal", Some(INTERNAL_SECRET));
    let seen = send(introspect.form(&[("token", &access)])).await;
    assert_eq!((second.status, refused.status, wrong_client.status, bad_token.status), (200, 401, 401, 401));

    let canaries = [
        PASSWORD,
        &password,
        &secret,
        &invite,
        typed,
        &access,
        &refresh_token,
        &second.text_of("access_token"),
        &second.text_of("refresh_token"),
        "guessed-Refresh-Token-1",
        "guessed-Secret-5",
        INTERNAL_SECRET,
        "PRIVATE KEY",
    ];
    let client = artel.client_of("00000000-0000-0000-0000-000000000001").await;
    let mut places = vec![
        ("the log".to_owned(), artel.log()),
        ("the audit log".to_owned(), client.get("/audit?limit=200").await.1.to_string()),
    ];
    for (name, answer) in [
        ("a wrong password", refused),
        ("a guess", reused),
        ("a client", wrong_client),
        ("a token", bad_token),
        ("introspection", seen),
    ] {
        places.push((format!("the answer to {name}"), answer.text));
    }
    places.extend(files(&artel));
    assert!(
        places.iter().any(|(place, text)| place.contains("artel.db") && text.contains("my-service")),
        "the database was really read"
    );
    for (place, text) in places {
        for canary in canaries {
            // The key of service tokens is a file of its own, as the operator would mount it.
            let is_own_file = canary == "PRIVATE KEY" && place.ends_with("service-key.pem");
            assert!(is_own_file || !text.contains(canary), "{} is in {place}", &canary[..canary.len().min(12)]);
        }
    }
}

fn files(artel: &Artel) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(artel.data_dir().join("data"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file());
    entries
        .map(|path| (path.display().to_string(), String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned()))
        .collect()
}
