//! `artel users` and `artel clients`.

use crate::world::{PASSWORD, launch, login, run};
use artel_testkit::Database;

#[tokio::test]
async fn operators_see_and_change_users_and_clients() {
    let artel = launch(Database::Sqlite).start().await;
    let password = run(&artel, &["users", "create", "ada", "--email", "ada@example.com", "--admin"]).await;
    assert_eq!(login(&artel, "ada", &password).await.status, 200);
    let (users, _) = artel.command(&["users", "list"]).await;
    for word in ["admin@codelab.local", "ada@example.com", "active"] {
        assert!(users.contains(word), "{users}");
    }
    let next = run(&artel, &["users", "set-password", "ada@example.com"]).await;
    assert_eq!(login(&artel, "ada", &password).await.status, 401);
    assert_eq!(login(&artel, "ada", &next).await.status, 200);
    run(&artel, &["users", "deactivate", "ada"]).await;
    assert_eq!(login(&artel, "ada", &next).await.status, 401);

    let (clients, _) = artel.command(&["clients", "list"]).await;
    for word in ["codelab-flutter-app", "codelab-internal", "confidential, first party", "900/2592000"] {
        assert!(clients.contains(word), "{clients}");
    }
}

#[tokio::test]
async fn what_could_never_work_is_refused_with_the_reason() {
    let artel = launch(Database::Sqlite).start().await;
    for args in [
        &["users", "create", "a b"][..],
        &["users", "create", "ADMIN"],
        &["users", "create", "ada", "--email", "admin@codelab.local"],
        &["users", "set-password", "nobody"],
        &["clients", "create", "codelab-internal", "--redirect-uri", "https://app.example.com/"],
        &["clients", "create", "my-app"],
        &["clients", "create", "my-app", "--redirect-uri", "http://app.example.com/"],
        &["clients", "create", "my-app", "--grants", "client_credentials"],
        &["clients", "create", "my-app", "--grants", "password"],
        &["clients", "create", "my-app", "--grants", "implicit"],
        &["clients", "create", "my-app", "--redirect-uri", "https://app.example.com/", "--scopes", "a\"b"],
        &["clients", "rotate-secret", "codelab-flutter-app"],
    ] {
        assert!(!artel.command(args).await.1, "artel {args:?}");
    }
}

#[tokio::test]
async fn a_password_that_nobody_gave_is_made_and_shown_once() {
    let mut artel =
        launch(Database::Sqlite).with("AUTH_SERVICE__MASTER_KEY", "").with("ENVIRONMENT", "production").start().await;
    let shown = |log: &str, before: &str| {
        log.lines()
            .filter_map(|line| line.split_once(before))
            .map(|(_, rest)| rest.split("  (").next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let passwords = shown(&artel.log(), "admin, with the password ");
    assert_eq!((passwords.len(), shown(&artel.log(), "codelab-internal is ").len()), (1, 1), "{}", artel.log());
    assert_eq!(login(&artel, "admin", &passwords[0]).await.status, 200);
    assert_eq!(login(&artel, "admin", PASSWORD).await.status, 401);
    artel.terminate().await;
    artel.restart().await;
    assert_eq!(shown(&artel.log(), "admin, with the password ").len(), 1, "a restart makes nothing anew");
    assert_eq!(login(&artel, "admin", &passwords[0]).await.status, 200);
}
