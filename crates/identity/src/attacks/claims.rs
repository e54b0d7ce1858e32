//! Claims that must be refused although the signature is right.

use serde_json::{Value, json};

use super::forge::{header, signed};
use super::{Named, Target};

/// The claims of every access token of the auth service.
const REQUIRED: [&str; 11] =
    ["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "type", "client_id", "scope", "tenant_id"];

pub(super) fn attacks(target: &Target<'_>) -> Vec<Named> {
    let mut attacks = Vec::new();
    for name in REQUIRED {
        let mut claims = target.claims.clone();
        if let Some(claims) = claims.as_object_mut() {
            claims.remove(name);
        }
        attacks.push((format!("{name} is absent"), of(target, &claims)));
        attacks.push((format!("{name} is null"), of(target, &with(target, name, Value::Null))));
    }
    for (name, value) in wrong(target).into_iter().chain(times(target.now)) {
        attacks.push((format!("{name} is {value}"), of(target, &with(target, name, value.clone()))));
    }
    attacks
}

fn wrong(target: &Target<'_>) -> Vec<(&'static str, Value)> {
    let text = |name: &str| target.claims.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (issuer, audience) = (text("iss"), text("aud"));
    vec![
        ("iss", json!("")),
        ("iss", json!("https://attacker.example")),
        ("iss", json!(format!("{issuer}/"))),
        ("iss", json!(format!("{issuer}.attacker.example"))),
        ("iss", json!(issuer.to_uppercase())),
        ("iss", json!([issuer])),
        ("iss", json!({ "iss": issuer })),
        ("aud", json!("")),
        ("aud", json!("another-api")),
        ("aud", json!(format!("{audience} "))),
        ("aud", json!(audience.to_uppercase())),
        ("aud", json!(audience.get(..audience.len().saturating_sub(1)))),
        ("aud", json!([])),
        ("aud", json!(["another-api"])),
        ("aud", json!([[audience]])),
        ("aud", json!([audience, 1])),
        ("aud", json!({ "aud": audience })),
        ("sub", json!("")),
        ("sub", json!("admin")),
        ("sub", json!("../admin")),
        ("sub", json!(1)),
        ("sub", json!([text("sub")])),
        ("sub", json!("' OR 1=1 --")),
        ("tenant_id", json!("")),
        ("tenant_id", json!("*")),
        ("tenant_id", json!(0)),
        ("tenant_id", json!([text("tenant_id")])),
        ("tenant_id", json!({ "$ne": null })),
        ("type", json!("refresh")),
        ("type", json!("id")),
        ("type", json!("ACCESS")),
        ("type", json!("")),
        ("type", json!(["access"])),
        ("type", json!(true)),
        ("scope", json!(1)),
        ("scope", json!({ "api:admin": true })),
        ("scope", json!([["api:admin"]])),
        ("scope", json!(["api:read", 1])),
        ("client_id", json!(1)),
        ("client_id", json!(["codelab-internal"])),
        ("jti", json!(1)),
        ("sid", json!("not an id")),
        ("sid", json!(7)),
        ("key_id", json!("00000000-0000-0000-0000-000000000001")),
        ("key_id", json!(1)),
    ]
}

fn times(now: i64) -> Vec<(&'static str, Value)> {
    let mut times = vec![
        ("exp", json!(now - 30)),
        ("exp", json!(now - 900)),
        ("exp", json!(0)),
        ("exp", json!(-1)),
        ("exp", json!(i64::MIN)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(u64::MAX)),
        ("exp", json!(1e300)),
        ("exp", json!(-1e300)),
        ("nbf", json!(now + 3600)),
        ("iat", json!(now + 3600)),
        ("nbf", json!(i64::MAX)),
        ("iat", json!(u64::MAX)),
    ];
    for name in ["exp", "nbf", "iat"] {
        times.extend([
            (name, json!((now + 600).to_string())),
            (name, json!("never")),
            (name, json!(true)),
            (name, json!([now + 600])),
            (name, json!({ "now": now })),
        ]);
    }
    times
}

/// Payloads as raw text, because no JSON library writes them.
pub(super) fn payloads(target: &Target<'_>) -> Vec<Named> {
    let honest = target.claims.to_string();
    let open = honest.strip_suffix('}').unwrap_or_default();
    let nested = format!(r#"{open},"a":{}{}}}"#, "[".repeat(3000), "]".repeat(3000));
    let mut payloads = vec![
        ("an empty text", String::new()),
        ("an empty object", "{}".to_owned()),
        ("null", "null".to_owned()),
        ("a text", format!("{honest:?}")),
        ("a list of the claims", format!("[{honest}]")),
        ("the claims twice", format!("{honest}{honest}")),
        ("something behind the claims", format!("{honest}x")),
        ("cut off", open.to_owned()),
        ("a number too large", format!(r#"{open},"n":1e999}}"#)),
        ("nested without end", nested),
        ("a byte order mark", format!("\u{feff}{honest}")),
        ("a comment", format!("{honest}//")),
        ("a comma too many", format!("{open},}}")),
        ("a control character", format!("{open},\"a\":\"\u{1}\"}}")),
        ("half a surrogate", format!(r#"{open},"a":"\ud800"}}"#)),
    ];
    let twice: Vec<(String, String)> = REQUIRED
        .into_iter()
        .flat_map(|name| {
            let value = target.claims.get(name).cloned().unwrap_or_default();
            let escaped = format!(
                "\\u{:04x}{}",
                u32::from(name.chars().next().unwrap_or_default()),
                name.get(1..).unwrap_or_default()
            );
            [
                (format!("{name} twice"), format!(r#"{open},"{name}":{value}}}"#)),
                (format!("{name} twice by escape"), format!(r#"{open},"{escaped}":{value}}}"#)),
            ]
        })
        .collect();
    let named = payloads.drain(..).map(|(name, payload)| (name.to_owned(), payload)).chain(twice);
    named.map(|(name, payload)| (name, signed(target.key, &header(target.key), &payload))).collect()
}

fn with(target: &Target<'_>, name: &str, value: Value) -> Value {
    let mut claims = target.claims.clone();
    claims[name] = value;
    claims
}

fn of(target: &Target<'_>, claims: &Value) -> String {
    signed(target.key, &header(target.key), &claims.to_string())
}
