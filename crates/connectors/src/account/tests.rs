use serde_json::json;

use super::{Credential, Secrets, check_account};
use crate::parse::parse;
use crate::schema::Connector;

fn portal() -> Connector {
    let text = "\
key: portal
title: {ru: П, en: P}
hosts: {main: 'https://{portal}/rest/{code}'}
credential:
  portal: {title: {ru: П, en: P}, format: host, secret: false, required: true}
  code: {title: {ru: К, en: C}, pattern: '[a-z0-9]+'}
  token: {title: {ru: Т, en: T}}
  kind: {title: {ru: В, en: K}, secret: false, default: plain, one_of: [plain, fancy]}
auth:
  - {key: hook, needs: [code]}
  - key: app
    needs: [token]
    send: [{header: {name: X, value: '{token}'}}]
modules:
  - {key: m, title: {ru: М, en: M}, operations: [{key: o, summary: {ru: О, en: O}, access: read, path: /o}]}
";
    parse("portal.yaml", text).unwrap()
}

fn credential(value: serde_json::Value) -> Credential {
    let serde_json::Value::Object(members) = value else { panic!() };
    Credential::new(members)
}

#[test]
fn a_credential_is_checked_member_by_member() {
    let faults = |value| -> Vec<String> {
        match check_account(&portal(), &credential(value)) {
            Ok(()) => Vec::new(),
            Err(faults) => faults.into_iter().map(|fault| format!("{}: {}", fault.member, fault.message)).collect(),
        }
    };
    assert!(faults(json!({"portal": "a.bitrix24.ru", "code": "abc1"})).is_empty());
    assert!(faults(json!({"portal": "a.example:8443", "token": "t"})).is_empty());
    for (value, word) in [
        (json!({"code": "abc1"}), "portal: is required"),
        (json!({"portal": "https://a.example", "code": "a"}), "portal: is a host name"),
        (json!({"portal": "a.example/x?", "code": "a"}), "portal: is a host name"),
        (json!({"portal": "u@a.example", "code": "a"}), "portal: is a host name"),
        (json!({"portal": "a.example", "code": "A/.."}), "code: does not have the form"),
        (json!({"portal": "a.example", "code": "a", "colour": "b"}), "colour: portal has no such member"),
        (json!({"portal": "a.example", "code": "a", "kind": "odd"}), "kind: is one of plain, fancy"),
        (json!({"portal": "a.example"}), ": give code, or token"),
        (json!({"portal": "a.example", "token": "a\r\nX: y"}), "token: has a line break"),
    ] {
        let told = faults(value.clone());
        assert!(told.iter().any(|fault| fault.starts_with(word)), "{value}: {told:?}");
    }
}

#[test]
fn the_first_scheme_that_has_its_members_is_used_and_what_is_secret_is_hidden() {
    let connector = portal();
    let both = credential(json!({"portal": "a.example", "token": "s3cret", "kind": "fancy"}));
    let secrets = Secrets::new(&connector, &both).with("session", "sess".to_owned());
    assert_eq!(secrets.scheme().unwrap().key, "app");
    assert_eq!(secrets.hidden(), ["s3cret", "sess"]);
    assert_eq!(secrets.text("kind").as_deref(), Some("fancy"));
    assert_eq!(format!("{both:?}"), r#"{"kind", "portal", "token"}"#);
}

#[test]
fn the_address_of_an_account_is_shown_whole_and_without_secrets() {
    let (connector, account) = (portal(), credential(json!({"portal": "a.example:8443", "code": "s3cret"})));
    let shown = crate::request::shown_base_urls(&connector, &Secrets::new(&connector, &account));
    assert_eq!(shown, ["https://a.example:8443/rest/{code}"]);
}

#[test]
fn a_credential_brings_no_header_of_the_connection() {
    let (catalogue, _) = crate::Catalogue::new(&[]);
    let http = &catalogue.get("http").unwrap().connector;
    let check = |name: &str, value: &str| {
        let members = json!({"base_url": "https://a.example", "headers": {"X-Team": "7", name: value}});
        check_account(http, &credential(members)).map_err(|mut faults| faults.remove(0))
    };
    check("X-Api-Key", "k").unwrap();
    for name in ["Content-Length", "content_length", "Host", "Expect", "Upgrade", "Transfer-Encoding", "Connection"] {
        let fault = check(name, "60").unwrap_err();
        assert!(fault.member == "headers" && fault.message.contains(name), "{fault:?}");
    }
    assert!(check("bad name", "x").is_err() && check("X-A", "a\r\nContent-Length: 60").is_err());
}
