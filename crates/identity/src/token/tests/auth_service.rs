//! The auth service's side: its access tokens, its keys that come and go, and the corpus of attacks on them.

use std::collections::HashSet;
use std::time::Duration;

use artel_domain::{ClientId, FamilyId, TenantId, UserId};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{NOW, Still, at, auth_service};
use crate::attacks::Target;
use crate::token::TokenError::UnknownKey;
use crate::{AccessGrant, AccessTokenIssuer, Scope, Scopes, ServiceKey};

#[test]
fn keys_are_learnt_and_forgotten_while_tokens_are_verified() {
    let (old, verifier, claims) = auth_service();
    let new = ServiceKey::from_pem(&ServiceKey::generate_pem().unwrap()).unwrap();
    let (by_old, by_new) = (old.sign(&claims).unwrap(), new.sign(&claims).unwrap());
    assert_eq!(verifier.verify(&by_new, at(NOW)), Err(UnknownKey));

    let both = ServiceKey::jwks_of([old.public_jwk(), new.public_jwk()]);
    verifier.trust_jwks(&both, "https://auth.example", "codelab-api").unwrap();
    assert!(verifier.verify(&by_old, at(NOW)).is_ok() && verifier.verify(&by_new, at(NOW)).is_ok());

    verifier.trust_jwks(&new.jwks(), "https://auth.example", "codelab-api").unwrap();
    assert_eq!(verifier.verify(&by_old, at(NOW)), Err(UnknownKey));
    assert!(verifier.verify(&by_new, at(NOW)).is_ok());

    assert!(verifier.trust_jwks(&json!({"keys": 1}), "https://auth.example", "codelab-api").is_err());
    assert!(verifier.verify(&by_new, at(NOW)).is_ok(), "a broken key set takes nothing away");
}

#[test]
fn an_access_token_says_what_clients_and_the_platform_look_for() {
    let (key, verifier, _) = auth_service();
    let issuer = AccessTokenIssuer::new("https://auth.example", "codelab-api");
    let grant = AccessGrant {
        user_id: UserId(Uuid::from_u128(1)),
        tenant_id: TenantId(Uuid::from_u128(2)),
        client_id: ClientId::new("codelab-flutter-app"),
        scopes: Scopes::from_spaced("api:read api:write"),
        signed_in_at: None,
        family_id: Some(FamilyId(Uuid::from_u128(4))),
    };
    let issued = issuer.issue(&key, &grant, Duration::from_mins(15), &Still(NOW)).unwrap();
    assert_eq!((issued.issued_at, issued.expires_at), (at(NOW), at(NOW + 900)));

    let claims = verifier.verify(&issued.token, at(NOW)).unwrap();
    assert!(claims.grant.scopes.allows(Scope::RunsWrite) && !claims.grant.scopes.allows(Scope::Admin));
    assert_eq!((claims.client_id, claims.family_id), (Some(grant.client_id), grant.family_id));
    assert_eq!(claims.id, Some(issued.id));

    let part = |index: usize| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(issued.token.split('.').nth(index).unwrap()).unwrap()).unwrap()
    };
    assert_eq!(part(0), json!({"typ": "JWT", "alg": "RS256", "kid": key.kid()}));
    assert_eq!(
        part(1),
        json!({"iss": "https://auth.example", "sub": Uuid::from_u128(1), "aud": "codelab-api", "exp": NOW + 900, "iat": NOW, "nbf": NOW,
            "jti": Uuid::from_u128(7), "type": "access", "client_id": "codelab-flutter-app", "scope": "api:read api:write",
            "tenant_id": Uuid::from_u128(2), "sid": Uuid::from_u128(4)})
    );
}

#[test]
fn of_the_attack_corpus_every_token_is_refused() {
    let (key, verifier, claims) = auth_service();
    let target = Target { key: &key, claims, now: NOW };
    assert!(verifier.verify(&target.honest(), at(NOW)).is_ok());

    let attacks = target.attacks();
    let mut names = HashSet::new();
    let again: Vec<_> = attacks.iter().map(|attack| &attack.name).filter(|name| !names.insert(*name)).collect();
    assert!(again.is_empty(), "names occur twice: {again:?}");
    assert!(attacks.len() > 250, "{}", attacks.len());
    let accepted: Vec<_> =
        attacks.iter().filter(|attack| verifier.verify(&attack.token, at(NOW)).is_ok()).map(|a| &a.name).collect();
    assert!(accepted.is_empty(), "accepted: {accepted:?}");
}
