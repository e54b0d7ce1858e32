//! The grants of the seed, as the seed's samples and the programs that exist use them.

use artel_testkit::Database;
use serde_json::json;

use crate::world::{
    Answer, IDE, INTERNAL_SECRET, PASSWORD, admin, get, http, launch, login, read, refresh, run, send, token,
};

async fn the_login_of_the_seeds_samples_is_answered_as_the_seed_shows_it(database: Database) {
    let artel = launch(database).start().await;
    // httpx and Dart's http write the content type differently; the curl sample names scopes and an e-mail address.
    let samples = [
        (
            "application/x-www-form-urlencoded",
            "grant_type=password&username=admin&password=Correct-Horse-7&client_id=codelab-flutter-app",
        ),
        (
            "application/x-www-form-urlencoded; charset=utf-8",
            "grant_type=password&username=admin&password=Correct-Horse-7&client_id=codelab-flutter-app",
        ),
        (
            "application/x-www-form-urlencoded",
            "grant_type=password&username=admin@codelab.local&password=Correct-Horse-7&client_id=codelab-flutter-app&scope=api:read api:write",
        ),
        (
            "application/json",
            r#"{"grant_type":"password","username":"ADMIN","password":"Correct-Horse-7","client_id":"codelab-flutter-app"}"#,
        ),
    ];
    for port in ["auth", "public"] {
        let url = format!("{}/oauth/token", artel.url_of(port));
        for (content_type, body) in samples {
            let answer = send(http().post(&url).header("content-type", content_type).body(body)).await;
            assert_eq!(answer.status, 200, "{body}: {}", answer.text);
            let mut members: Vec<&str> = answer.json.as_object().unwrap().keys().map(String::as_str).collect();
            members.sort_unstable();
            assert_eq!(members, ["access_token", "expires_in", "issued_at", "refresh_token", "scope", "token_type"]);
            assert_eq!(answer.json["token_type"], "bearer");
            assert_eq!(answer.json["expires_in"], json!(900));
            assert_eq!(answer.json["scope"], "api:read api:write");
            assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
            assert_eq!(answer.header("x-correlation-id").len(), 36);
        }
    }
    let (header, claims) = read(&admin(&artel).await);
    assert_eq!((&header["alg"], &header["typ"]), (&json!("RS256"), &json!("JWT")));
    for (name, value) in [
        ("iss", "https://auth.codelab.local"),
        ("aud", "codelab-api"),
        ("type", "access"),
        ("client_id", IDE),
        ("scope", "api:read api:write"),
    ] {
        assert_eq!(claims[name], value, "{claims}");
    }
    assert!(claims["tenant_id"].is_string() && claims["jti"].is_string() && claims["nbf"] == claims["iat"], "{claims}");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
}

async fn an_access_token_opens_the_platform_as_far_as_its_scopes_go(database: Database) {
    let artel = launch(database).start().await;
    let agents = format!("{}/v1/agents", artel.url());
    let all = admin(&artel).await;
    assert_eq!(get(&agents, &all).await.status, 200);
    let agent = json!({ "name": "Scribe" });
    assert_eq!(send(http().post(&agents).bearer_auth(&all).json(&agent)).await.status, 201);

    let narrow = [
        ("grant_type", "password"),
        ("username", "admin"),
        ("password", PASSWORD),
        ("client_id", IDE),
        ("scope", "api:read"),
    ];
    let narrow = token(&artel, &narrow).await;
    assert_eq!(narrow.json["scope"], "api:read");
    let narrow = narrow.text_of("access_token");
    assert_eq!(get(&agents, &narrow).await.status, 200);
    let refused = send(http().post(&agents).bearer_auth(&narrow).json(&agent)).await;
    assert_eq!((refused.status, refused.json["error"].as_str()), (403, Some("insufficient_scope")));

    // What is in one organisation is not there for another.
    let password = run(&artel, &["users", "create", "eve", "--tenant", "eeeeeeee-0000-4000-8000-000000000001"]).await;
    let eve = login(&artel, "eve", &password).await.text_of("access_token");
    assert_eq!(get(&agents, &eve).await.json, json!([]));
}

type Fields = &'static [(&'static str, &'static str)];

/// What is changed in a good login, and the answer: the table of `docs/auth.md`.
const REFUSALS: &[(Fields, u16, &str, &str)] = &[
    (&[("username", "admin"), ("password", "x")], 401, "invalid_grant", "Invalid username or password"),
    (&[("username", "nobody"), ("password", "x")], 401, "invalid_grant", "Invalid username or password"),
    (&[("username", NAME_OF_300), ("password", "x")], 401, "invalid_grant", "Invalid username or password"),
    (&[("client_id", "nobody")], 401, "invalid_client", "Client authentication failed"),
    (&[("client_id", "codelab-internal")], 401, "invalid_client", "Client authentication failed"),
    (
        &[("client_id", "codelab-internal"), ("client_secret", "x")],
        401,
        "invalid_client",
        "Client authentication failed",
    ),
    (
        &[("grant_type", "client_credentials"), ("client_id", "codelab-internal"), ("client_secret", INTERNAL_SECRET)],
        401,
        "unauthorized_client",
        "This client may not use this grant type",
    ),
    (&[("scope", "api:admin")], 400, "invalid_scope", "A requested scope is not allowed for this client and user"),
    (&[("grant_type", "implicit")], 400, "unsupported_grant_type", "This grant type is not supported"),
    (&[("grant_type", "")], 400, "invalid_request", "The parameter grant_type is missing"),
    (&[("client_id", "")], 400, "invalid_request", "The parameter client_id is missing"),
    (&[("username", "")], 400, "invalid_request", "The parameter username is missing"),
    (&[("password", "")], 400, "invalid_request", "The parameter password is missing"),
    (&[("grant_type", "refresh_token")], 400, "invalid_request", "The parameter refresh_token is missing"),
    (
        &[("grant_type", "refresh_token"), ("refresh_token", "x")],
        401,
        "invalid_grant",
        "Invalid or expired refresh token",
    ),
];

async fn every_refusal_has_the_status_and_words_that_clients_know(database: Database) {
    let artel = launch(database).with("AUTH_SERVICE__BRUTE_FORCE_THRESHOLD", "1000").start().await;
    for (changes, status, error, description) in REFUSALS {
        let mut fields =
            vec![("grant_type", "password"), ("username", "admin"), ("password", PASSWORD), ("client_id", IDE)];
        for (name, value) in *changes {
            fields.retain(|(known, _)| known != name);
            fields.push((name, value));
        }
        let answer = token(&artel, &fields).await;
        assert_eq!(answer.refusal(), (*status, *error, *description), "{changes:?}");
        assert_eq!((&answer.json["message"], &answer.json["detail"]), (&json!(description), &json!(description)));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.json["trace_id"], answer.header("x-correlation-id"));
        assert_eq!(answer.headers.contains_key("www-authenticate"), *error == "invalid_client");
    }
}

const NAME_OF_300: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

async fn bodies_that_say_a_thing_twice_or_are_no_form_are_refused(database: Database) {
    let artel = launch(database).start().await;
    let url = format!("{}/oauth/token", artel.url_of("auth"));
    let whole = "grant_type=password&username=admin&password=Correct-Horse-7&client_id=codelab-flutter-app";
    for (content_type, body, status) in [
        ("application/x-www-form-urlencoded", format!("{whole}&username=root"), 400),
        ("application/json", r#"{"grant_type":"password","grant_type":"refresh_token"}"#.to_owned(), 400),
        ("application/json", r#"{"grant_type":["password"]}"#.to_owned(), 400),
        ("multipart/form-data; boundary=x", whole.to_owned(), 400),
        ("application/x-www-form-urlencoded", format!("{whole}&x={}", "y".repeat(70_000)), 413),
    ] {
        let answer = send(http().post(&url).header("content-type", content_type).body(body)).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(answer.json["error_description"].is_string(), "{}", answer.text);
    }
    let in_the_url = send(http().post(format!("{url}?{whole}"))).await;
    assert_eq!(in_the_url.refusal().1, "invalid_request", "credentials in the address are not read");
}

async fn a_refresh_token_works_once_and_one_that_comes_again_ends_the_login(database: Database) {
    let artel = launch(database).with("AUTH_SERVICE__REFRESH_GRACE_SECONDS", "0").start().await;
    let signed_in = login(&artel, "admin", PASSWORD).await;
    let first = signed_in.text_of("refresh_token");
    let second = refresh(&artel, &first).await;
    assert_eq!(second.status, 200, "{}", second.text);
    let auth_time = |answer: &Answer| read(&answer.text_of("access_token")).1["auth_time"].clone();
    assert!(auth_time(&signed_in).is_i64());
    assert_eq!(auth_time(&second), auth_time(&signed_in), "a refresh is no sign-in");
    assert_eq!(second.json["scope"], "api:read api:write");
    let (second, access) = (second.text_of("refresh_token"), second.text_of("access_token"));
    assert_ne!(first, second);
    assert_eq!(get(&format!("{}/oauth/userinfo", artel.url()), &access).await.status, 200);

    let reused = refresh(&artel, &first).await;
    assert_eq!(reused.refusal(), (401, "invalid_grant", "Refresh token has been revoked (reuse detected)"));
    assert_eq!(refresh(&artel, &second).await.refusal(), (401, "invalid_grant", "Refresh token has been revoked"));
    assert_eq!(get(&format!("{}/oauth/userinfo", artel.url()), &access).await.status, 401);
}

async fn a_client_that_lost_the_answer_gets_the_same_refresh_token_again(database: Database) {
    let artel = launch(database).with("AUTH_SERVICE__REFRESH_GRACE_SECONDS", "30").start().await;
    let first = login(&artel, "admin", PASSWORD).await.text_of("refresh_token");
    let answers = futures::future::join_all((0..20).map(|_| refresh(&artel, &first))).await;
    let successors: std::collections::BTreeSet<String> =
        answers.iter().map(|answer| answer.text_of("refresh_token")).collect();
    assert_eq!(successors.len(), 1, "twenty at once are one family");
    assert_eq!(refresh(&artel, successors.first().unwrap()).await.status, 200);
}

async fn another_client_cannot_use_a_refresh_token_that_it_found(database: Database) {
    let artel = launch(database).start().await;
    let found = login(&artel, "admin", PASSWORD).await.text_of("refresh_token");
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &found),
        ("client_id", "codelab-internal"),
        ("client_secret", INTERNAL_SECRET),
    ];
    assert_eq!(token(&artel, &fields).await.refusal(), (401, "invalid_grant", "Invalid or expired refresh token"));
    assert_eq!(refresh(&artel, &found).await.status, 200, "its owner is not harmed");
}

async fn the_internal_client_shows_its_secret_in_the_form_or_in_the_header(database: Database) {
    let artel = launch(database).start().await;
    let url = format!("{}/oauth/token", artel.url_of("auth"));
    let user = [("grant_type", "password"), ("username", "admin"), ("password", PASSWORD)];
    let by_form: Vec<_> =
        user.iter().copied().chain([("client_id", "codelab-internal"), ("client_secret", INTERNAL_SECRET)]).collect();
    let by_header = http().post(&url).basic_auth("codelab-internal", Some(INTERNAL_SECRET)).form(&user);
    for answer in [token(&artel, &by_form).await, send(by_header).await] {
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(
            (&answer.json["expires_in"], &answer.json["scope"]),
            (&json!(3600), &json!("api:admin api:read api:write"))
        );
    }
    let both = send(http().post(&url).basic_auth("codelab-internal", Some(INTERNAL_SECRET)).form(&by_form)).await;
    assert_eq!(both.refusal().1, "invalid_request");
}

async fn only_administrators_get_the_scope_of_administrators(database: Database) {
    let artel = launch(database).start().await;
    let password = run(&artel, &["users", "create", "ada"]).await;
    let ask = |scope: &'static str| {
        let (artel, password) = (&artel, &password);
        async move {
            let fields = [
                ("grant_type", "password"),
                ("username", "ada"),
                ("password", password),
                ("client_id", "codelab-internal"),
                ("client_secret", INTERNAL_SECRET),
                ("scope", scope),
            ];
            token(artel, &fields).await
        }
    };
    assert_eq!(ask("").await.json["scope"], "api:read api:write");
    assert_eq!(ask("api:admin").await.refusal().1, "invalid_scope");
}

async fn the_password_grant_can_be_switched_off(database: Database) {
    let artel = launch(database).with("AUTH_SERVICE__PASSWORD_GRANT", "false").start().await;
    assert_eq!(login(&artel, "admin", PASSWORD).await.refusal().1, "unsupported_grant_type");
    let metadata = send(http().get(format!("{}/.well-known/oauth-authorization-server", artel.url()))).await;
    assert!(
        !metadata.json["grant_types_supported"].as_array().unwrap().contains(&json!("password")),
        "{}",
        metadata.text
    );
}

async fn what_is_known_about_the_service_is_where_clients_look_for_it(database: Database) {
    let artel = launch(database).with("AUTH_SERVICE__PUBLIC_URL", "https://artel.example.com/").start().await;
    for port in ["auth", "public"] {
        for path in ["oauth-authorization-server", "openid-configuration"] {
            let document = send(http().get(format!("{}/.well-known/{path}", artel.url_of(port)))).await.json;
            assert_eq!(document["issuer"], "https://auth.codelab.local");
            assert_eq!(document["token_endpoint"], "https://artel.example.com/oauth/token");
            assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
            assert_eq!(document["authorization_response_iss_parameter_supported"], json!(true));
        }
    }
    let health = send(http().get(format!("{}/auth-health", artel.url()))).await;
    assert_eq!(
        (health.status, &health.json["status"], &health.json["environment"]),
        (200, &json!("healthy"), &json!("development"))
    );
    let auth = artel.url_of("auth");
    assert_eq!(send(http().get(format!("{auth}/health"))).await.json, health.json);
    assert_eq!(send(http().get(auth)).await.json["service"], "CodeLab Auth Service");
    assert_eq!(send(http().get(format!("{auth}/nowhere"))).await.header("x-correlation-id").len(), 36);

    login(&artel, "admin", "wrong").await;
    let refresh_token = login(&artel, "admin", PASSWORD).await.text_of("refresh_token");
    refresh(&artel, &refresh_token).await;
    let metrics = send(http().get(format!("{auth}/metrics"))).await.text;
    for name in [
        "auth_token_requests_total{grant_type=\"password\",status=\"ok\"} 1",
        "auth_token_request_duration_seconds",
        "auth_failed_login_attempts_total 1",
        "auth_refresh_token_rotations_total 1",
    ] {
        assert!(metrics.contains(name), "{name} is not in\n{metrics}");
    }
}

on_both_databases! {
    the_login_of_the_seeds_samples_is_answered_as_the_seed_shows_it,
    an_access_token_opens_the_platform_as_far_as_its_scopes_go,
    every_refusal_has_the_status_and_words_that_clients_know,
    bodies_that_say_a_thing_twice_or_are_no_form_are_refused,
    a_refresh_token_works_once_and_one_that_comes_again_ends_the_login,
    a_client_that_lost_the_answer_gets_the_same_refresh_token_again,
    another_client_cannot_use_a_refresh_token_that_it_found,
    the_internal_client_shows_its_secret_in_the_form_or_in_the_header,
    only_administrators_get_the_scope_of_administrators,
    the_password_grant_can_be_switched_off,
    what_is_known_about_the_service_is_where_clients_look_for_it,
}
