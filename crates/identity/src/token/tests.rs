//! A corpus of attacks on tokens, and the honest tokens that must pass beside them.

use std::time::Duration;

use artel_domain::{ApiKeyId, Clock, TenantId, Timestamp, UserId};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use rstest::rstest;
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use super::TokenError::{
    BadSignature, Expired, Malformed, MissingClaim, NotYetValid, UnknownKey, WrongAlgorithm, WrongAudience,
    WrongIssuer, WrongType,
};
use super::{Grant, KeyError, TokenError, TokenIssuer, TokenVerifier};
use crate::{Scope, Scopes, ServiceKey};

mod auth_service;
mod elsewhere;

const SECRET: &str = "a-secret-canary-of-thirty-two-bytes";
const NOW: i64 = 1_800_000_000;
const ID: &str = "00000000-0000-0000-0000-000000000001";
const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

fn secret() -> SecretString {
    SECRET.into()
}

fn verifier() -> TokenVerifier {
    TokenVerifier::new(&secret(), "agent-platform", "agent-platform")
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

/// The minimal claims that clients of the first API send, and the required expiry.
fn minimal() -> Value {
    json!({"sub": ID, "tenant_id": ID, "scopes": ["tools:write"], "iss": "agent-platform", "aud": "agent-platform", "exp": NOW + 60})
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = minimal();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = minimal();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

/// Signs any header over any payload with HMAC-SHA256, as an attacker or a careless issuer would.
fn forge(header: &str, payload: &str, key: &[u8]) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let signature =
        jsonwebtoken::crypto::sign(signed.as_bytes(), &EncodingKey::from_secret(key), Algorithm::HS256).unwrap();
    format!("{signed}.{signature}")
}

fn signed(payload: &str) -> String {
    forge(HS256, payload, SECRET.as_bytes())
}

fn verdict(token: &str) -> Result<(), TokenError> {
    verifier().verify(token, at(NOW)).map(|_| ())
}

#[test]
fn the_minimal_claims_with_an_expiry_are_enough() {
    let claims = verifier().verify(&signed(&minimal().to_string()), at(NOW)).unwrap();
    assert_eq!(claims.grant.user_id, UserId(ID.parse().unwrap()));
    assert_eq!(claims.grant.tenant_id, TenantId(ID.parse().unwrap()));
    assert!(claims.grant.scopes.allows(Scope::RunsWrite));
    assert_eq!((claims.id, claims.issued_at, claims.expires_at), (None, None, at(NOW + 60)));
}

struct Still(i64);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        at(self.0)
    }
    fn uuid(&self) -> Uuid {
        Uuid::from_u128(7)
    }
}

#[test]
fn an_issued_token_says_what_was_granted_until_it_expires() {
    let issuer = TokenIssuer::new(&secret(), "agent-platform", "agent-platform");
    let key_id = Some(ApiKeyId(Uuid::from_u128(3)));
    let scopes = Scopes::new(["runs:read", "odd"]);
    let grant = Grant { user_id: UserId(Uuid::from_u128(1)), tenant_id: TenantId(Uuid::from_u128(2)), scopes, key_id };
    let token = issuer.issue(&grant, Duration::from_hours(1), &Still(NOW)).unwrap();

    let claims = verifier().verify(&token, at(NOW)).unwrap();
    assert_eq!(claims.grant, grant);
    assert_eq!(claims.id, Some(Uuid::from_u128(7).to_string()));
    assert_eq!((claims.issued_at, claims.expires_at), (Some(at(NOW)), at(NOW + 3600)));
    assert_eq!(verifier().verify(&token, at(NOW + 3630)), Err(Expired));
}

#[rstest]
#[case::long_before(NOW, Ok(()))]
#[case::at_its_end(NOW + 60, Ok(()))]
#[case::the_last_second_of_leeway(NOW + 89, Ok(()))]
#[case::leeway_over(NOW + 90, Err(Expired))]
#[case::years_later(NOW + 100_000_000, Err(Expired))]
fn a_token_expires_half_a_minute_after_its_exp_at_the_latest(
    #[case] now: i64,
    #[case] expected: Result<(), TokenError>,
) {
    assert_eq!(verifier().verify(&signed(&minimal().to_string()), at(now)).map(|_| ()), expected);
}

#[rstest]
#[case(NOW, Ok(()))]
#[case(NOW + 29, Ok(()))]
#[case(NOW + 30, Err(NotYetValid))]
fn a_token_from_the_future_is_refused(
    #[values("nbf", "iat")] name: &str,
    #[case] time: i64,
    #[case] expected: Result<(), TokenError>,
) {
    let mut claims = with(name, time.into());
    claims["exp"] = (NOW + 1000).into();
    assert_eq!(verdict(&signed(&claims.to_string())), expected);
}

#[rstest]
#[case::audience_in_a_list(with("aud", json!(["other", "agent-platform"])))]
#[case::scopes_with_spaces(with("scopes", json!("tools:read tools:write")))]
#[case::no_scopes_granted(with("scopes", json!([])))]
#[case::scope_of_oauth({ let mut c = without("scopes"); c["scope"] = json!("tools:write"); c })]
#[case::fractional_expiry(with("exp", json!(1_800_000_000.75)))]
#[case::null_is_absent(with("nbf", Value::Null))]
#[case::unknown_claims_are_ignored(with("email", json!({"deep": [1, 2]})))]
#[case::an_access_token(with("type", json!("access")))]
fn honest_variations_pass(#[case] claims: Value) {
    assert_eq!(verdict(&signed(&claims.to_string())), Ok(()));
}

#[rstest]
#[case(without("exp"), MissingClaim("exp"))]
#[case(without("iss"), MissingClaim("iss"))]
#[case(without("aud"), MissingClaim("aud"))]
#[case(without("sub"), MissingClaim("sub"))]
#[case(without("tenant_id"), MissingClaim("tenant_id"))]
#[case(without("scopes"), MissingClaim("scopes"))]
#[case(with("exp", Value::Null), MissingClaim("exp"))]
#[case(with("exp", json!("1900000000")), Malformed)]
#[case(with("exp", json!(true)), Malformed)]
#[case(with("exp", json!([NOW + 60])), Malformed)]
#[case(with("exp", json!(1e300)), Malformed)]
#[case(with("exp", json!(u64::MAX)), Malformed)]
#[case(with("exp", json!(i64::MAX)), Malformed)]
#[case::milliseconds(with("exp", json!((NOW + 60) * 1000)), Malformed)]
#[case(with("exp", json!(-1)), Expired)]
#[case(with("nbf", json!("0")), Malformed)]
#[case(with("nbf", json!(1e18)), Malformed)]
#[case(with("iat", json!({})), Malformed)]
#[case(with("iss", json!("somebody")), WrongIssuer)]
#[case(with("iss", json!("agent-platform ")), WrongIssuer)]
#[case(with("iss", json!(["agent-platform"])), Malformed)]
#[case(with("aud", json!("Agent-Platform")), WrongAudience)]
#[case(with("aud", json!([])), WrongAudience)]
#[case(with("aud", json!({"agent-platform": true})), Malformed)]
#[case(with("aud", json!(["agent-platform", 1])), Malformed)]
#[case(with("sub", json!("root")), Malformed)]
#[case(with("sub", json!(1)), Malformed)]
#[case(with("tenant_id", json!({"id": ID})), Malformed)]
#[case(with("tenant_id", json!("' OR 1=1")), Malformed)]
#[case(with("scopes", json!({"admin": true})), Malformed)]
#[case(with("scopes", json!([["admin"]])), Malformed)]
#[case(with("scopes", json!(["tools:read", 1])), Malformed)]
#[case(with("key_id", json!("not-an-id")), Malformed)]
#[case(with("jti", json!(5)), Malformed)]
#[case(with("type", json!("refresh")), WrongType)]
fn bad_claims_are_refused_though_the_signature_is_right(#[case] claims: Value, #[case] expected: TokenError) {
    assert_eq!(verdict(&signed(&claims.to_string())), Err(expected));
}

#[rstest]
#[case::list("[1]")]
#[case::claims_as_a_list(r#"["a","b","c","d","e",1900000000]"#)]
#[case::text(r#""text""#)]
#[case::null("null")]
#[case::nothing("")]
#[case::no_json("{")]
#[case::two_values("{}{}")]
#[case::twice(r#"{"sub":"00000000-0000-0000-0000-000000000001","sub":"00000000-0000-0000-0000-000000000002"}"#)]
#[case::twice_by_escape(r#"{"exp":1,"\u0065xp":1900000000}"#)]
#[case::number_too_large(r#"{"exp":1e999}"#)]
#[case::no_utf8("{\"sub\":\"\u{0}\"}")]
fn a_payload_that_is_not_one_plain_object_is_refused(#[case] payload: &str) {
    assert_eq!(verdict(&signed(payload)), Err(Malformed));
}

#[test]
fn a_payload_nested_without_end_is_refused_without_a_crash() {
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(4000), "]".repeat(4000));
    assert_eq!(verdict(&signed(&deep)), Err(Malformed));
}

#[rstest]
#[case::none(r#"{"alg":"none"}"#, WrongAlgorithm)]
#[case::none_in_capitals(r#"{"alg":"NONE"}"#, WrongAlgorithm)]
#[case::lower_case(r#"{"alg":"hs256"}"#, WrongAlgorithm)]
#[case::stronger_sibling(r#"{"alg":"HS512"}"#, WrongAlgorithm)]
#[case::of_another_key(r#"{"alg":"RS256"}"#, WrongAlgorithm)]
#[case::absent(r#"{"typ":"JWT"}"#, Malformed)]
#[case::a_list(r#"{"alg":["HS256"]}"#, Malformed)]
#[case::null(r#"{"alg":null}"#, Malformed)]
#[case::twice(r#"{"alg":"none","alg":"HS256"}"#, Malformed)]
#[case::critical(r#"{"alg":"HS256","crit":["exp"]}"#, Malformed)]
#[case::critical_and_empty(r#"{"alg":"HS256","crit":[]}"#, Malformed)]
#[case::unencoded_payload(r#"{"alg":"HS256","b64":false,"crit":["b64"]}"#, Malformed)]
#[case::unknown_kid(r#"{"alg":"HS256","kid":"somebody"}"#, UnknownKey)]
#[case::kid_as_a_path(r#"{"alg":"HS256","kid":"../../../../dev/null"}"#, UnknownKey)]
#[case::empty_kid(r#"{"alg":"HS256","kid":""}"#, UnknownKey)]
#[case::kid_of_a_strange_type(r#"{"alg":"HS256","kid":{"a":1}}"#, Malformed)]
#[case::not_an_object(r#"["HS256"]"#, Malformed)]
fn the_header_cannot_choose_how_it_is_verified(#[case] header: &str, #[case] expected: TokenError) {
    assert_eq!(verdict(&forge(header, &minimal().to_string(), SECRET.as_bytes())), Err(expected));
}

#[rstest]
#[case("jwk", r#"{"kty":"oct","k":"AAAA"}"#)]
#[case("jku", r#""https://attacker.example/keys""#)]
#[case("x5u", r#""https://attacker.example/chain""#)]
fn a_key_that_the_token_brings_along_is_not_used(#[case] name: &str, #[case] value: &str) {
    let header = format!(r#"{{"alg":"HS256","{name}":{value}}}"#);
    assert_eq!(verdict(&forge(&header, &minimal().to_string(), &[0, 0, 0])), Err(BadSignature));
}

#[test]
fn a_signature_by_another_secret_or_none_at_all_is_refused() {
    let payload = minimal().to_string();
    for key in ["", "secret", "A-secret-canary-of-thirty-two-bytes"] {
        assert_eq!(verdict(&forge(HS256, &payload, key.as_bytes())), Err(BadSignature), "{key}");
    }
    let good = signed(&payload);
    let unsigned = &good[..=good.rfind('.').unwrap()];
    assert_eq!(verdict(unsigned), Err(BadSignature));
}

#[test]
fn no_character_of_a_token_can_be_changed_and_no_part_removed() {
    let good = signed(&minimal().to_string());
    assert_eq!(verdict(&good), Ok(()));
    for (place, old) in good.char_indices() {
        let new = if old == 'A' { "B" } else { "A" };
        let changed = format!("{}{new}{}", &good[..place], &good[place + 1..]);
        assert!(verdict(&changed).is_err(), "{place}");
        assert!(verdict(&good[..place]).is_err(), "cut at {place}");
    }
}

#[rstest]
#[case::empty("")]
#[case::dots("..")]
#[case::more_dots("....")]
#[case::one_part("abc")]
#[case::two_parts("e30.e30")]
#[case::an_api_key("artel_0123456789")]
#[case::json(r#"{"alg":"none"}"#)]
#[case::not_ascii("é.é.é")]
fn what_is_not_a_token_is_malformed(#[case] token: &str) {
    assert_eq!(verdict(token), Err(Malformed));
}

#[test]
fn other_spellings_of_the_same_token_are_refused() {
    let good = signed(&minimal().to_string());
    let (signed_part, signature) = good.rsplit_once('.').unwrap();
    for respelt in [
        format!("{good}="),
        format!(" {good}"),
        format!("{good}\n"),
        format!("{good}.x"),
        format!("{signed_part}.{signature}AA"),
    ] {
        assert!(verdict(&respelt).is_err(), "{respelt:?}");
    }
}

#[test]
fn a_token_of_more_than_16_kib_is_refused_unread() {
    let padded = |length: usize| signed(&with("pad", "x".repeat(length).into()).to_string());
    assert_eq!(verdict(&padded(11_800)), Ok(()), "{} bytes", padded(11_800).len());
    assert!(padded(12_300).len() > 16 * 1024);
    assert_eq!(verdict(&padded(12_300)), Err(Malformed));
}

/// The auth service as the verifier sees it: a key, its JWKS, another issuer and audience.
fn auth_service() -> (ServiceKey, TokenVerifier, Value) {
    let key = ServiceKey::from_pem(&ServiceKey::generate_pem().unwrap()).unwrap();
    let verifier = verifier();
    verifier.trust_jwks(&key.jwks(), "https://auth.example", "codelab-api").unwrap();
    let claims = json!({"sub": ID, "tenant_id": ID, "scope": "runs:read", "iss": "https://auth.example", "aud": "codelab-api",
        "exp": NOW + 60, "iat": NOW, "nbf": NOW, "jti": ID, "type": "access", "client_id": "codelab-flutter-app"});
    (key, verifier, claims)
}

#[test]
fn a_token_of_the_auth_service_passes_by_its_exact_kid_and_only_with_its_own_issuer() {
    let (key, verifier, mut claims) = auth_service();
    let verified = verifier.verify(&key.sign(&claims).unwrap(), at(NOW)).unwrap();
    assert_eq!(verified.grant.scopes.words(), ["runs:read"]);

    claims["iss"] = "agent-platform".into();
    assert_eq!(verifier.verify(&key.sign(&claims).unwrap(), at(NOW)), Err(WrongIssuer));
    assert_eq!(
        verifier.verify(&signed(&minimal().to_string()), at(NOW)).map(|_| ()),
        Ok(()),
        "the own key still works"
    );
}

#[test]
fn a_public_key_cannot_be_used_as_a_shared_secret() {
    let (key, verifier, claims) = auth_service();
    let modulus = key.jwks()["keys"][0]["n"].as_str().unwrap().to_owned();
    for shared in
        [modulus.as_bytes(), &URL_SAFE_NO_PAD.decode(&modulus).unwrap(), key.jwks().to_string().as_bytes(), b""]
    {
        for (kid, alg) in [(Some(key.kid()), "HS256"), (Some(key.kid()), "RS256"), (None, "HS256"), (None, "RS256")] {
            let header = kid.map_or_else(|| json!({ "alg": alg }), |kid| json!({"alg": alg, "kid": kid})).to_string();
            let token = forge(&header, &claims.to_string(), shared);
            let refused = verifier.verify(&token, at(NOW)).unwrap_err();
            assert!(matches!(refused, WrongAlgorithm | BadSignature), "{header}: {refused:?}");
        }
    }
}

#[test]
fn an_rsa_token_signed_by_a_stranger_is_refused_even_under_a_trusted_kid() {
    let (key, verifier, claims) = auth_service();
    let stranger = ServiceKey::from_pem(&ServiceKey::generate_pem().unwrap()).unwrap();
    let token = stranger.sign(&claims).unwrap();
    assert_eq!(verifier.verify(&token, at(NOW)), Err(UnknownKey));
    let (_, rest) = token.split_once('.').unwrap();
    let header = URL_SAFE_NO_PAD.encode(json!({"alg": "RS256", "kid": key.kid()}).to_string());
    assert_eq!(verifier.verify(&format!("{header}.{rest}"), at(NOW)), Err(BadSignature));
}

#[test]
fn a_key_set_is_taken_for_its_rs256_signing_keys_and_a_short_one_is_refused() {
    let key = |overrides: Value| {
        let mut jwk = json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "k", "e": "AQAB", "n": URL_SAFE_NO_PAD.encode([0xC3; 256])});
        jwk.as_object_mut().unwrap().extend(overrides.as_object().unwrap().clone());
        json!({"keys": [jwk]})
    };
    let kids = |jwks: &Value| {
        let verifier = verifier();
        verifier.trust_jwks(jwks, "i", "a").map(|()| verifier.trusted_keys())
    };
    assert_eq!(kids(&key(json!({}))), Ok(1));
    assert_eq!(kids(&key(json!({"use": "enc"}))), Ok(0));
    assert_eq!(kids(&key(json!({"alg": "RS512"}))), Ok(0));
    assert_eq!(kids(&json!({"keys": [{"kty": "oct", "k": "AAAA", "kid": "k"}]})), Ok(0));
    assert!(matches!(kids(&key(json!({"n": URL_SAFE_NO_PAD.encode([0xC3; 128])}))), Err(KeyError::Unusable(_))));
    assert!(matches!(kids(&json!({"keys": 1})), Err(KeyError::Unusable(_))));
}

#[test]
fn secrets_and_private_keys_cannot_be_printed() {
    let pem = ServiceKey::generate_pem().unwrap();
    let key = ServiceKey::from_pem(&pem).unwrap();
    let issuer = TokenIssuer::new(&secret(), "i", "a");
    let printed = format!("{:?} {issuer:?} {pem:?} {key:?}", verifier());
    assert!(!printed.contains("canary") && !printed.contains("PRIVATE") && printed.len() < 400, "{printed}");
}
