//! Security schemes as ways to sign in.

use std::collections::{BTreeMap, BTreeSet};

use artel_egress::is_of_connection;
use http::HeaderName;
use serde_json::Value;

use super::budget::{LONGEST_NAME, LONGEST_URL, MAX_WAYS};
use super::document::Document;
use super::report::Report;
use crate::request::is_other_method;
use crate::schema::{Condition, Grant, Member, Oauth2, Scheme, Send, Template, Text};

/// What a document says of signing in.
#[derive(Debug, Default)]
pub(super) struct Signing {
    pub(super) credential: BTreeMap<String, Member>,
    pub(super) auth: Vec<Scheme>,
    /// Names of headers and query parameters that are the sign-in's, in lower case.
    carried: BTreeSet<String>,
}

impl Signing {
    /// Is this parameter the sign-in's, which nobody asks a model for?
    pub(super) fn carries(&self, place: &str, name: &str) -> bool {
        let lower = name.to_lowercase();
        self.carried.contains(&format!("{place} {lower}"))
            || (place == "header" && matches!(lower.as_str(), "authorization" | "cookie"))
    }
}

/// One security scheme of the document.
struct Part {
    needs: Vec<String>,
    send: Vec<Send>,
    oauth2: Option<Oauth2>,
}

/// Reads the security schemes.
///
/// # Arguments
/// * `in_address`: secret members that stand in the server's URL.
pub(super) fn read(document: &Document<'_>, in_address: Vec<String>, report: &mut Report) -> Signing {
    let mut signing = Signing::default();
    let schemes = document.at(&["components", "securitySchemes"]);
    let declared = schemes.as_ref().and_then(|schemes| schemes.as_object());
    let mut parts = BTreeMap::new();
    for (name, scheme) in declared.into_iter().flatten() {
        if parts.len() == MAX_WAYS || name.len() > LONGEST_NAME {
            report.add("securitySchemes", "more ways to sign in than are taken");
            continue;
        }
        let Ok(scheme) = document.resolved(scheme) else { continue };
        match part(name, &scheme, &mut signing) {
            Some(part) => drop(parts.insert(name.clone(), part)),
            None => report.add(format!("securitySchemes {name}"), "this way to sign in is not known"),
        }
    }
    for alternative in alternatives(document, &parts) {
        let scheme = together(&alternative, &parts);
        if !signing.auth.iter().any(|known| known.key == scheme.key) {
            signing.auth.push(scheme);
        }
    }
    if signing.auth.is_empty() && !in_address.is_empty() {
        in_the_address(&mut signing, in_address);
    } else if signing.auth.is_empty() {
        report.add("security", "the document names no way to sign in: a Bearer token may be given");
        optional_bearer(&mut signing);
    }
    token_parameters(schemes.is_some(), &mut signing);
    signing
}

/// The sets of schemes that are used together. Those of the document come first, then each by itself.
fn alternatives(document: &Document<'_>, parts: &BTreeMap<String, Part>) -> Vec<Vec<String>> {
    let security = document.at(&["security"]);
    let listed = security.as_ref().and_then(|security| security.as_array()).into_iter().flatten().take(MAX_WAYS);
    let mut sets: Vec<Vec<String>> = listed
        .filter_map(Value::as_object)
        .map(|set| set.keys().filter(|name| parts.contains_key(*name)).cloned().collect::<Vec<_>>())
        .filter(|set| !set.is_empty())
        .collect();
    if sets.is_empty() {
        sets = parts.keys().map(|name| vec![name.clone()]).collect();
    }
    sets
}

fn together(names: &[String], parts: &BTreeMap<String, Part>) -> Scheme {
    let parts: Vec<&Part> = names.iter().filter_map(|name| parts.get(name)).collect();
    Scheme {
        key: names.join("_and_"),
        title: None,
        needs: parts.iter().flat_map(|part| part.needs.clone()).collect(),
        host: None,
        send: parts.iter().flat_map(|part| part.send.clone()).collect(),
        login: None,
        oauth2: parts.iter().find_map(|part| part.oauth2.clone()),
    }
}

fn part(name: &str, scheme: &Value, signing: &mut Signing) -> Option<Part> {
    let text = |member: &str| scheme.get(member).and_then(Value::as_str).unwrap_or_default().to_lowercase();
    match (text("type").as_str(), text("scheme").as_str()) {
        ("http", "basic") => {
            let (user, password) = (signing.member("username", false), signing.member("password", true));
            let send = Send::Basic { username: place(&user), password: place(&password) };
            Some(Part { needs: vec![user], send: vec![send], oauth2: None })
        }
        ("http" | "openidconnect", _) => Some(bearer(signing, "token")),
        ("apikey", _) => api_key(name, scheme, signing),
        ("oauth2", _) => Some(oauth2(scheme, signing)),
        _ => None,
    }
}

fn bearer(signing: &mut Signing, member: &str) -> Part {
    let member = signing.member(member, true);
    Part { needs: vec![member.clone()], send: vec![authorization(&member)], oauth2: None }
}

fn authorization(member: &str) -> Send {
    let value = Template::try_from(format!("Bearer {{{member}}}")).unwrap_or_else(|_| Template::plain(""));
    Send::Header { name: "Authorization".to_owned(), value }
}

fn api_key(name: &str, scheme: &Value, signing: &mut Signing) -> Option<Part> {
    let wire = scheme.get("name")?.as_str().filter(|name| name.len() <= LONGEST_NAME)?.trim().to_owned();
    let at = scheme.get("in")?.as_str()?;
    if is_other_method(&wire) {
        // Its secret would be the method, and each call would be another one than the rules saw.
        return None;
    }
    if at == "header" && (wire.parse::<HeaderName>().is_err() || is_of_connection(&wire)) {
        return None;
    }
    let member = signing.member(name, true);
    let value = place(&member);
    signing.carried.insert(format!("{at} {}", wire.to_lowercase()));
    let send = match at {
        "header" => Send::Header { name: wire, value },
        "query" => Send::Query { name: wire, value },
        "cookie" => {
            let value = Template::try_from(format!("{wire}={{{member}}}")).ok()?;
            Send::Header { name: "Cookie".to_owned(), value }
        }
        _ => return None,
    };
    Some(Part { needs: vec![member], send: vec![send], oauth2: None })
}

/// Client credentials and refresh tokens are ours to use; of other flows comes a token that a person brings.
fn oauth2(scheme: &Value, signing: &mut Signing) -> Part {
    let flow = |name: &str| scheme.get("flows").and_then(|flows| flows.get(name));
    let (grant, flow) = match (flow("clientCredentials"), flow("authorizationCode")) {
        (Some(flow), _) => (Grant::ClientCredentials, flow),
        (None, Some(flow)) => (Grant::RefreshToken, flow),
        (None, None) => return bearer(signing, "token"),
    };
    let short = |url: &&str| url.starts_with("https://") && url.len() <= LONGEST_URL;
    let url = |name: &str| flow.get(name).and_then(Value::as_str).filter(short);
    let Some(token_url) = url("tokenUrl").and_then(|url| Template::try_from(url.to_owned()).ok()) else {
        return bearer(signing, "token");
    };
    let mut needs = vec![signing.member("client_id", false), signing.member("client_secret", true)];
    if grant == Grant::RefreshToken {
        needs.push(signing.member("refresh_token", true));
    }
    let authorize_url = url("authorizationUrl").map(Template::plain);
    let mut oauth2 = oauth2_of(grant, token_url);
    oauth2.authorize_url = authorize_url;
    Part { needs, send: vec![authorization("access_token")], oauth2: Some(oauth2) }
}

fn oauth2_of(grant: Grant, token_url: Template) -> Oauth2 {
    Oauth2 {
        grant,
        token_url,
        authorize_url: None,
        write_as: crate::schema::TokenRequestForm::Form,
        client: crate::schema::ClientIn::Body,
        scope: None,
        extra: BTreeMap::new(),
        access_token: crate::schema::Pointer::member("access_token"),
        refresh_token: crate::schema::Pointer::member("refresh_token"),
        expires_in: crate::schema::Pointer::member("expires_in"),
        lifetime_seconds: 3600,
        ended: vec![Condition { status: vec![401], ..Condition::default() }],
    }
}

/// The secret stands in the server's URL: that is the way to sign in.
fn in_the_address(signing: &mut Signing, members: Vec<String>) {
    signing.credential.clear();
    signing.auth = vec![Scheme {
        key: "address".to_owned(),
        title: None,
        needs: members,
        host: None,
        send: Vec::new(),
        login: None,
        oauth2: None,
    }];
}

/// A service without a scheme may want a token all the same; it is sent when the credential has one.
fn optional_bearer(signing: &mut Signing) {
    let token = bearer(signing, "token");
    signing.auth.push(Scheme {
        key: "token".to_owned(),
        title: None,
        needs: Vec::new(),
        host: None,
        send: token.send,
        login: None,
        oauth2: None,
    });
}

/// Some documents ask for the token as a parameter of every operation, beside the scheme that sends it.
fn token_parameters(has_schemes: bool, signing: &mut Signing) {
    if has_schemes {
        for place in ["header", "query"] {
            for name in ["token", "access_token", "api_key", "apikey", "x-api-key", "auth_token"] {
                signing.carried.insert(format!("{place} {name}"));
            }
        }
    }
}

impl Signing {
    /// Adds a member of the credential, once.
    fn member(&mut self, name: &str, secret: bool) -> String {
        let key = super::keys::parameter_key(name, &std::collections::HashSet::new(), "member");
        self.credential.entry(key.clone()).or_insert_with(|| Member {
            title: Text::same(name),
            description: None,
            secret,
            required: false,
            default: None,
            format: crate::schema::Format::Text,
            one_of: Vec::new(),
            pattern: None,
            plain_http: false,
        });
        key
    }
}

fn place(member: &str) -> Template {
    Template::try_from(format!("{{{member}}}")).unwrap_or_else(|_| Template::plain(""))
}
