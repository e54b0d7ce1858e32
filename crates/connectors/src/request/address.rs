use std::collections::BTreeSet;

use artel_egress::is_dot_segment;
use serde_json::Value;
use url::Url;

use super::place::{Given, given};
use super::{BuildError, Call, encode};
use crate::account::{Secrets, malformed};
use crate::schema::{Connector, Encoding, Format, Piece, Place, Template};

/// The names in `{…}` of a path, without `{...}`.
pub(crate) fn path_names(path: &str) -> impl Iterator<Item = &str> {
    let inner = path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name));
    inner.filter(|name| *name != "...")
}

/// The base URL of a host under a credential.
///
/// # Arguments
/// * `host`: its name; under a scheme with a host of its own, `main` is that one.
///
/// # Errors
/// A member of the credential that is missing or malformed.
pub fn base_url(connector: &Connector, host: &str, secrets: &Secrets<'_>) -> Result<String, BuildError> {
    let template = base_template(connector, host, secrets).ok_or(BuildError::Address)?;
    fill_url(connector, template, secrets)
}

fn base_template<'a>(connector: &'a Connector, host: &str, secrets: &Secrets<'a>) -> Option<&'a Template> {
    let own = secrets.scheme().and_then(|scheme| scheme.host.as_ref()).filter(|_| host == "main");
    own.or_else(|| connector.hosts.get(host))
}

/// The base URLs of all hosts under this credential, for people: in place of a secret member stands its name in braces.
pub fn shown_base_urls(connector: &Connector, secrets: &Secrets<'_>) -> Vec<String> {
    let part = |name: &str| {
        let member = connector.credential.get(name.split_once('.').map_or(name, |(member, _)| member));
        let is_shown = member.is_some_and(|member| !member.secret);
        if is_shown { url_part(connector, name, secrets) } else { Ok(format!("{{{name}}}")) }
    };
    let templates = connector.hosts.keys().filter_map(|host| base_template(connector, host, secrets));
    let urls: BTreeSet<String> = templates.filter_map(|template| filled(template, part).ok()).collect();
    urls.into_iter().collect()
}

/// A URL with the credential's members in it: texts are encoded, so that none can lead to another host.
pub(super) fn fill_url(
    connector: &Connector,
    template: &Template,
    secrets: &Secrets<'_>,
) -> Result<String, BuildError> {
    filled(template, |name| url_part(connector, name, secrets))
}

fn filled(template: &Template, part: impl Fn(&str) -> Result<String, BuildError>) -> Result<String, BuildError> {
    let mut url = String::new();
    for piece in template.pieces() {
        match piece {
            Piece::Text(text) => url.push_str(text),
            Piece::Member(name) => url.push_str(&part(name)?),
        }
    }
    Ok(url)
}

fn url_part(connector: &Connector, name: &str, secrets: &Secrets<'_>) -> Result<String, BuildError> {
    let text = secrets.text(name).ok_or_else(|| BuildError::credential(name, "is missing"))?;
    let Some(member) = connector.credential.get(name) else { return Ok(encode::member(&text)) };
    if let Some(message) = malformed(member, &Value::from(text.clone())) {
        return Err(BuildError::credential(name, message));
    }
    match member.format {
        Format::Url => Ok(text.trim_end_matches('/').to_owned()),
        Format::Host => Ok(text),
        _ if leaves(&text) => Err(BuildError::credential(name, "cannot be part of a path")),
        _ => Ok(encode::member(&text)),
    }
}

/// The base URLs of a connector under this credential.
pub fn bases_of(connector: &Connector, secrets: &Secrets<'_>) -> Vec<Url> {
    let named = connector.hosts.keys().filter_map(|host| base_url(connector, host, secrets).ok());
    named.filter_map(|url| Url::parse(&url).ok()).collect()
}

/// Every host that a call under this credential may reach: those of the connector and those its replies lead to.
pub fn hosts_of(connector: &Connector, secrets: &Secrets<'_>) -> Vec<String> {
    let bases = bases_of(connector, secrets);
    let hosts = bases.iter().filter_map(|url| Some(url.host_str()?.to_owned()));
    hosts.chain(connector.other_hosts.iter().cloned()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The whole URL.
pub(super) fn url(call: &Call<'_>, query: &[(String, String)]) -> Result<Url, BuildError> {
    let host = call.operation.host.as_ref().or(call.module.host.as_ref()).map_or("main", String::as_str);
    let base = base_url(call.connector, host, call.secrets)?;
    let mut text = format!("{base}{}", path(call)?);
    if !query.is_empty() {
        text.push(if text.contains('?') { '&' } else { '?' });
        text.push_str(&encode::query(query));
    }
    Url::parse(&text).map_err(|_| BuildError::Address)
}

/// The path below the base URL. However its pieces came together, it stays below.
fn path(call: &Call<'_>) -> Result<String, BuildError> {
    let mut path = String::new();
    let mut rest = call.operation.path.as_str();
    while let Some((before, from)) = rest.split_once('{') {
        let (name, after) = from.split_once('}').ok_or(BuildError::Address)?;
        path.push_str(&encode::address(before));
        path.push_str(&if name == "..." { arguments(call)? } else { segment(call, name)? });
        rest = after;
    }
    // The connector's own text may end in a query.
    let (last, query) = rest.split_once('?').map_or((rest, None), |(last, query)| (last, Some(query)));
    path.push_str(&encode::address(last));
    if let Some(address) = given(call.operation, call.params).find(|given| given.parameter.place == Place::Address) {
        path.push_str(&free_path(&address)?);
    }
    if leaves(&path) {
        return Err(BuildError::parameter("path", "it would have . or .. in it and lead out of the service's address"));
    }
    if let Some(query) = query {
        path.push('?');
        path.push_str(query);
    }
    Ok(path)
}

fn segment(call: &Call<'_>, name: &str) -> Result<String, BuildError> {
    let found = given(call.operation, call.params).find(|given| given.name == name);
    let given = found.ok_or_else(|| BuildError::parameter(name, "is required"))?;
    let text = given.text()?;
    let is_quoted =
        matches!(given.parameter.encode, Encoding::OdataGuid | Encoding::OdataDatetime | Encoding::OdataString);
    let begins_anew = given.parameter.encode == Encoding::Segments && text.starts_with('/');
    if !is_quoted && (text.is_empty() || begins_anew || leaves(&text)) {
        return Err(BuildError::parameter(name, "is part of a path: not empty, no . or .. in it"));
    }
    Ok(encode::path_literal(&text, given.parameter.encode))
}

/// `Period=datetime'…',Condition='…'`
fn arguments(call: &Call<'_>) -> Result<String, BuildError> {
    let arguments = given(call.operation, call.params).filter(|given| given.parameter.place == Place::Argument);
    let written = arguments.map(|given| {
        Ok(format!("{}={}", given.wire_name(), encode::path_literal(&given.text()?, given.parameter.encode)))
    });
    Ok(written.collect::<Result<Vec<_>, _>>()?.join(","))
}

/// A path that the caller wrote.
fn free_path(given: &Given<'_>) -> Result<String, BuildError> {
    let text = given.text()?;
    if !text.starts_with('/') || readings(&text).any(|path| path.contains('\\')) || leaves(&text) {
        return Err(BuildError::parameter(given.name, "begins with / and has no . or .. in it"));
    }
    if text.contains(['?', '#']) {
        return Err(BuildError::parameter(given.name, "has no ? or # in it: parameters go into the query"));
    }
    Ok(encode::address(&text))
}

/// May a server read this path, or a part of one, as one with `.` or `..` in it? Some decode it more than once, and
/// some take `\` for `/`. What makes a URL of it takes `%2e` for a dot, too.
pub(crate) fn leaves(path: &str) -> bool {
    readings(path).any(|path| path.split(['/', '\\']).any(is_dot_segment))
}

/// The path as servers may read it: some decode it more than once.
fn readings(path: &str) -> impl Iterator<Item = String> {
    const MOST: usize = 8;
    let decoded = |path: &String| {
        let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned();
        (decoded != *path).then_some(decoded)
    };
    std::iter::successors(Some(path.to_owned()), decoded).take(MOST)
}

/// The pairs of the query, without what signs the request.
pub(super) fn query(call: &Call<'_>) -> Result<Vec<(String, String)>, BuildError> {
    let mut pairs: Vec<(String, String)> =
        call.operation.always.query.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    for given in given(call.operation, call.params) {
        match given.parameter.place {
            Place::Query => pairs.extend(encode::pairs(given.wire_name(), &given.value, given.parameter.encode)),
            Place::QueryMap => {
                let members = given.value.as_object();
                let members = members.ok_or_else(|| BuildError::parameter(given.name, "is an object"))?;
                for (name, value) in members {
                    pairs.extend(encode::pairs(name, value, given.parameter.encode));
                }
            }
            _ => {}
        }
    }
    Ok(pairs)
}
