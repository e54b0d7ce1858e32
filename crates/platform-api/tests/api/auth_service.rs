//! Access tokens of the auth service at the platform's door. The auth service is another process: here are only its
//! keys, in the store.

use std::time::{Duration, Instant};

use artel_domain::{Actor, AuditEntry, ClientId, Clock, GrantType, OAuthClient, TenantId, Timestamp, UserId};
use artel_identity::attacks::Target;
use artel_identity::{AccessGrant, AccessTokenIssuer, Scopes, SecretBox, ServiceKey};
use artel_store::{ClientRecord, Identities, NewSigningKey, OAuthClients, SigningKeys};
use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{AUTH_AUDIENCE, AUTH_ISSUER, Answer, Person, World};

const TENANT: TenantId = TenantId(Uuid::from_u128(0xA));
const USER: UserId = UserId(Uuid::from_u128(0xADA));

/// A key that signs from now on, as another process would make it.
async fn makes_key(world: &World) -> ServiceKey {
    knows_the_client(world).await;
    let seal = SecretBox::new(&[7; 32]);
    let made = ServiceKey::generate_sealed(&seal).unwrap();
    let key = ServiceKey::open(&made.kid, &made.sealed, &seal).unwrap();
    let new = NewSigningKey { kid: made.kid, sealed: made.sealed, public_jwk: made.public_jwk };
    let until = world.clock.now() + Duration::from_hours(1);
    world.store.rotate_signing_key(new, until, TENANT, audit(world)).await.unwrap();
    key
}

/// The client that tokens are issued to: access is lost with it.
async fn knows_the_client(world: &World) {
    world.store.ensure_principal(TENANT, USER, world.clock.now()).await.unwrap();
    let client = OAuthClient {
        id: ClientId::new("codelab-flutter-app"),
        tenant_id: TENANT,
        user_id: USER,
        name: "The IDE".to_owned(),
        description: None,
        is_confidential: false,
        is_first_party: true,
        scopes: vec!["api:read".to_owned()],
        grant_types: vec![GrantType::Password],
        redirect_uris: Vec::new(),
        access_ttl_seconds: 900,
        refresh_ttl_seconds: 900,
        created_at: world.clock.now(),
        updated_at: None,
        deactivated_at: None,
    };
    // A second key of the same world finds it there.
    let _ = world.store.create_client(ClientRecord { client, secret_hash: None }, audit(world)).await;
}

fn audit(world: &World) -> AuditEntry {
    AuditEntry {
        actor: Actor::default(),
        action: "signing_key.rotate",
        entity_type: "signing_key",
        entity_id: String::new(),
        trace_id: "trace".to_owned(),
        outcome: "ok".to_owned(),
        details: None,
        at: world.clock.now(),
    }
}

fn token(world: &World, key: &ServiceKey, scope: &str) -> String {
    token_of_login(world, key, scope, None)
}

fn token_of_login(world: &World, key: &ServiceKey, scope: &str, signed_in_at: Option<Timestamp>) -> String {
    let grant = AccessGrant {
        user_id: USER,
        tenant_id: TENANT,
        client_id: ClientId::new("codelab-flutter-app"),
        scopes: Scopes::from_spaced(scope),
        signed_in_at,
        family_id: None,
    };
    AccessTokenIssuer::new(AUTH_ISSUER, AUTH_AUDIENCE)
        .issue(key, &grant, Duration::from_mins(15), &*world.clock)
        .unwrap()
        .token
}

fn claims(world: &World) -> Value {
    let now = world.clock.now().as_second();
    json!({"iss": AUTH_ISSUER, "sub": USER, "aud": AUTH_AUDIENCE, "exp": now + 900, "iat": now, "nbf": now, "jti": Uuid::from_u128(1),
        "type": "access", "client_id": "codelab-flutter-app", "scope": "api:admin", "tenant_id": TENANT})
}

/// Keys are read again a second after they were read last.
async fn within_moments(person: &Person, expected: u16) -> Answer {
    let begun = Instant::now();
    loop {
        let answer = person.get("/v1/agents").await;
        if answer.status == expected || begun.elapsed() > Duration::from_secs(10) {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn scopes_of_the_auth_service_open_what_they_say() {
    let world = World::new().await;
    let key = makes_key(&world).await;
    let with = |scope: &str| world.stranger().with_token(&token(&world, &key, scope));
    let (reader, writer, admin) = (with("api:read"), with("api:read api:write"), with("api:admin"));

    reader.get("/v1/agents").await.is(StatusCode::OK);
    assert_eq!(
        reader.post("/v1/agents", json!({ "name": "a" })).await.is_problem(403).body["error"],
        "insufficient_scope"
    );
    let agent = writer.creates_agent("a").await;
    assert_eq!(reader.get(&format!("/v1/agents/{agent}")).await.body["name"], "a");
    writer.get("/v1/audit").await.is_problem(403);
    admin.get("/v1/audit").await.is(StatusCode::OK);
    with("openid odd").get("/v1/agents").await.is_problem(403);
    world.bob().get(&format!("/v1/agents/{agent}")).await.is_problem(404);
}

#[tokio::test]
async fn a_key_that_another_process_made_is_learnt_without_a_restart_and_a_withdrawn_one_is_forgotten() {
    let world = World::new().await;
    let old = makes_key(&world).await;
    let by_old = world.stranger().with_token(&token(&world, &old, "api:read"));
    by_old.get("/v1/agents").await.is(StatusCode::OK);

    let new = makes_key(&world).await;
    let by_new = world.stranger().with_token(&token(&world, &new, "api:read"));
    within_moments(&by_new, 200).await.is(StatusCode::OK);
    by_old.get("/v1/agents").await.is(StatusCode::OK);

    assert!(world.store.withdraw_signing_key(old.kid(), TENANT, audit(&world)).await.unwrap());
    // A token that nobody can verify makes the platform look again.
    let stranger = ServiceKey::from_pem(&ServiceKey::generate_pem().unwrap()).unwrap();
    let by_stranger = world.stranger().with_token(&token(&world, &stranger, "api:read"));
    let begun = Instant::now();
    while by_old.get("/v1/agents").await.status == 200 && begun.elapsed() < Duration::from_secs(10) {
        by_stranger.get("/v1/agents").await.is_problem(401);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    by_old.get("/v1/agents").await.is_problem(401);
    by_new.get("/v1/agents").await.is(StatusCode::OK);
}

#[tokio::test]
async fn the_attack_corpus_is_refused_at_the_door() {
    let world = World::new().await;
    let key = makes_key(&world).await;
    let target = Target { key: &key, claims: claims(&world), now: world.clock.now().as_second() };
    world.stranger().with_token(&target.honest()).get("/v1/agents").await.is(StatusCode::OK);
    for attack in target.attacks() {
        // What no header can carry never gets here.
        if attack.token.bytes().any(|byte| !(b'!'..=b'~').contains(&byte)) {
            continue;
        }
        let answer = world.stranger().with_token(&attack.token).get("/v1/agents").await;
        assert_eq!(answer.status, 401, "{}: {answer:?}", attack.name);
        answer.is_problem(401);
    }
}

#[tokio::test]
async fn a_login_makes_keys_only_shortly_after_it_was_made() {
    let world = World::new().await;
    let key = makes_key(&world).await;
    let made = async |minutes: Option<u64>| {
        let signed_in_at = minutes.map(|minutes| world.clock.now() - Duration::from_secs(minutes * 60));
        let caller = world.stranger().with_token(&token_of_login(&world, &key, "api:write", signed_in_at));
        caller.creates_key(json!({ "scopes": ["runs:read"] })).await
    };
    let fresh = made(Some(14)).await;
    fresh.is(StatusCode::CREATED);
    assert_eq!(fresh.body["expires_at"], Value::Null);
    for too_late in [made(Some(16)).await, made(None).await] {
        let body = &too_late.is_problem(403).body;
        assert_eq!(body["error"], "sign_in_again");
        assert!(body["message"].as_str().unwrap().contains("Sign in again"), "{body}");
    }
}
