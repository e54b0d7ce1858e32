//! When the keys of an auth service elsewhere are asked for, and what is said while they cannot be had.

use std::sync::atomic::{AtomicUsize, Ordering};

use artel_domain::{ClientId, SystemClock, UserId};
use artel_identity::{AccessGrant, AccessTokenIssuer, Scopes, ServiceKey};
use async_trait::async_trait;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

/// A key set that a test changes, and how often it was asked for. `None`: the service is away.
struct Answers {
    set: Lock<Option<Value>>,
    asked: AtomicUsize,
}

#[async_trait]
impl PublicKeys for Answers {
    async fn jwks(&self) -> Result<Value, String> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        self.set.lock().unwrap().clone().ok_or_else(|| "nobody is there".to_owned())
    }
}

struct Scene {
    answers: Arc<Answers>,
    elsewhere: Elsewhere,
}

impl Scene {
    fn new(set: Option<Value>, life: Duration) -> Self {
        let answers = Arc::new(Answers { set: Lock::new(set), asked: AtomicUsize::new(0) });
        let service = AuthServiceElsewhere {
            keys: answers.clone(),
            issuer: "https://auth.example".to_owned(),
            audience: "codelab-api".to_owned(),
            home_tenant: TenantId(Uuid::from_u128(9)),
            life,
        };
        let own = TokenVerifier::new(&"a secret of the tests, long enough".into(), "artel", "artel");
        Self { answers, elsewhere: Elsewhere::new(service, Arc::new(own)) }
    }

    fn answers(&self, set: Option<Value>) {
        *self.answers.set.lock().unwrap() = set;
    }

    fn asked(&self) -> usize {
        self.answers.asked.load(Ordering::SeqCst)
    }

    async fn verdict(&self, token: &str) -> &'static str {
        match self.elsewhere.verify(token, &SystemClock).await {
            Ok(_) => "good",
            Err(AuthFailure::Token(TokenError::UnknownKey)) => "unknown key",
            Err(AuthFailure::AuthServiceAway) => "away",
            Err(error) => panic!("{error:?}"),
        }
    }
}

fn key() -> ServiceKey {
    ServiceKey::from_pem(&ServiceKey::generate_pem().unwrap()).unwrap()
}

fn token(key: &ServiceKey) -> String {
    let grant = AccessGrant {
        user_id: UserId(Uuid::from_u128(1)),
        tenant_id: TenantId(Uuid::from_u128(2)),
        client_id: ClientId::new("codelab-flutter-app"),
        scopes: Scopes::from_spaced("api:read"),
        signed_in_at: None,
        family_id: None,
    };
    let issuer = AccessTokenIssuer::new("https://auth.example", "codelab-api");
    issuer.issue(key, &grant, Duration::from_mins(15), &SystemClock).unwrap().token
}

const LONG: Duration = Duration::from_mins(5);

#[tokio::test]
async fn a_set_is_fetched_once_for_many_callers() {
    let key = key();
    let scene = Scene::new(Some(key.jwks()), LONG);
    let token = token(&key);
    let verdicts = futures::future::join_all((0..50).map(|_| scene.verdict(&token))).await;
    assert!(verdicts.iter().all(|verdict| *verdict == "good"), "{verdicts:?}");
    assert_eq!(scene.asked(), 1);
}

#[tokio::test]
async fn strangers_who_name_keys_make_no_flood() {
    let (key, stranger) = (key(), key());
    let scene = Scene::new(Some(key.jwks()), LONG);
    for _ in 0..50 {
        assert_eq!(scene.verdict(&token(&stranger)).await, "unknown key");
        assert_eq!(scene.verdict(&token(&key)).await, "good");
    }
    assert_eq!(scene.asked(), 1, "the set had just been fetched");

    let scene = Scene::new(None, LONG);
    for _ in 0..50 {
        assert_eq!(scene.verdict(&token(&stranger)).await, "away");
    }
    assert_eq!(scene.asked(), 1, "nor while nobody answers");
}

#[tokio::test]
async fn a_withdrawn_key_is_believed_for_the_life_of_a_set_and_no_longer() {
    let (old, new) = (key(), key());
    let scene = Scene::new(Some(ServiceKey::jwks_of([old.public_jwk(), new.public_jwk()])), Duration::from_millis(200));
    assert_eq!(scene.verdict(&token(&old)).await, "good");
    scene.answers(Some(new.jwks()));
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert_eq!(scene.verdict(&token(&old)).await, "unknown key");
    assert_eq!(scene.verdict(&token(&new)).await, "good");
}

#[tokio::test]
async fn a_service_that_is_away_signs_nobody_out_for_a_while_and_then_nobody_is_believed() {
    let (known, stranger) = (key(), key());
    let scene = Scene::new(Some(known.jwks()), Duration::from_millis(100));
    assert_eq!(scene.verdict(&token(&known)).await, "good");
    for set in [None, Some(json!({"no": "set"}))] {
        scene.answers(set);
        tokio::time::sleep(Duration::from_millis(150)).await;
        assert_eq!(scene.verdict(&token(&known)).await, "good");
        assert_eq!(scene.verdict(&token(&stranger)).await, "away", "it may have that key by now");
    }
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(scene.verdict(&token(&known)).await, "away");
}
