//! Do the parts of a connector fit together? What serde cannot see.

mod operation;
mod signing_in;

use artel_egress::is_of_connection;

use crate::schema::{Connector, Format, Piece, Template};

/// What is wrong, and the keys that lead to it.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) place: Vec<String>,
    pub(crate) message: String,
}

/// Faults of one part of the connector.
pub(crate) struct Faults<'a> {
    place: Vec<&'a str>,
    found: &'a mut Vec<Found>,
}

impl Faults<'_> {
    fn add(&mut self, message: impl Into<String>) {
        let place = self.place.iter().map(|step| (*step).to_owned()).collect();
        self.found.push(Found { place, message: message.into() });
    }

    fn within<'b>(&'b mut self, step: &'b str) -> Faults<'b> {
        let mut place = self.place.clone();
        place.push(step);
        Faults { place, found: self.found }
    }
}

/// Everything that does not fit.
pub(crate) fn faults(connector: &Connector) -> Vec<Found> {
    let mut found = Vec::new();
    let mut faults = Faults { place: Vec::new(), found: &mut found };
    itself(connector, &mut faults);
    signing_in::check(connector, &mut faults);
    let mut seen = std::collections::BTreeSet::new();
    for (module, operation) in connector.operations() {
        let mut faults = faults.within("modules");
        let mut faults = faults.within(&module.key);
        let mut faults = faults.within(&operation.key);
        if !seen.insert(&operation.key) {
            faults.add(format!("the operation {} is there twice", operation.key));
        }
        operation::check(connector, module, operation, &mut faults);
    }
    found
}

fn itself(connector: &Connector, faults: &mut Faults<'_>) {
    if !is_key(&connector.key) {
        faults.add(format!("the key '{}' is not of a-z, 0-9 and _, at most 64", connector.key));
    }
    for (name, template) in &connector.hosts {
        host(connector, template, &mut faults.within("hosts").within(name));
    }
    for name in &connector.other_hosts {
        if name.contains(['/', ':', '@']) {
            faults.within("other_hosts").add(format!("'{name}' is not a host name such as files.example.com"));
        }
    }
    connector.headers.keys().for_each(|name| header(name, &mut faults.within("headers")));
    names_known(connector, &connector.limits_of_all, &mut faults.within("limits_of_all"));
    if let Some(probe) = &connector.probe
        && connector.operation(&probe.operation).is_none()
    {
        faults.within("probe").add(format!("there is no operation {}", probe.operation));
    }
    if connector.operations().next().is_none() {
        faults.within("modules").add("a connector has at least one operation");
    }
}

/// A base URL is https, or begins with a URL of the credential.
fn host(connector: &Connector, template: &Template, faults: &mut Faults<'_>) {
    let begins_well = match template.pieces().first() {
        Some(Piece::Text(text)) => text.starts_with("https://") && text.len() > "https://".len() || text == "https://",
        Some(Piece::Member(name)) => connector.credential.get(name).is_some_and(|member| member.format == Format::Url),
        None => false,
    };
    if !begins_well {
        faults.add("a base URL begins with https://, or with a member of the credential whose format is url");
    }
    if matches!(template.pieces().last(), Some(Piece::Text(text)) if text.ends_with('/') && text != "https://") {
        faults.add("a base URL has no / at its end; paths begin with one");
    }
    for name in template.names() {
        if !connector.credential.contains_key(name) {
            faults.add(format!("{{{name}}} is no member of the credential"));
        }
    }
}

/// A name under which a header can be sent.
fn header(name: &str, faults: &mut Faults<'_>) {
    if name.parse::<http::HeaderName>().is_err() {
        faults.add(format!("'{name}' is no header name"));
    } else if is_of_connection(name) {
        faults.add(format!("the header {name} belongs to the connection and cannot be set"));
    }
}

fn names_known(connector: &Connector, names: &[String], faults: &mut Faults<'_>) {
    for name in names.iter().filter(|name| !connector.limits.contains_key(*name)) {
        faults.add(format!("there is no limit {name}"));
    }
}

fn is_key(key: &str) -> bool {
    (1..=64).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
