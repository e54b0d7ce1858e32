//! A credential's members, and the values that stand for them in templates.

mod headers;

use std::collections::BTreeMap;
use std::fmt;

use regex::Regex;
use serde_json::{Map, Value, json};
use url::Url;

use crate::schema::{Connector, Format, Member, Scheme};

/// The members of one credential, as its owner wrote them. What prints it shows names only.
#[derive(Clone, Default, PartialEq)]
pub struct Credential(BTreeMap<String, Value>);

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Credential {
    /// A credential of these members; those that are `null` or empty are as absent.
    pub fn new(members: Map<String, Value>) -> Self {
        let given = members.into_iter().filter(|(_, value)| !value.is_null() && value.as_str() != Some(""));
        Self(given.collect())
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

/// One member that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberFault {
    pub member: String,
    /// Says what would be right; never holds the value.
    pub message: String,
}

/// Checks a credential against what the connector asks for.
///
/// # Errors
/// Each member that is missing, unknown or malformed.
pub fn check_account(connector: &Connector, credential: &Credential) -> Result<(), Vec<MemberFault>> {
    let fault = |member: &str, message: String| MemberFault { member: member.to_owned(), message };
    let mut faults: Vec<MemberFault> = credential
        .0
        .keys()
        .filter(|name| !connector.credential.contains_key(*name))
        .map(|name| fault(name, format!("{} has no such member", connector.key)))
        .collect();
    for (name, member) in &connector.credential {
        match credential.get(name) {
            None if member.required && member.default.is_none() => faults.push(fault(name, "is required".to_owned())),
            None => {}
            Some(value) => faults.extend(malformed(member, value).map(|message| fault(name, message))),
        }
    }
    faults.extend(headers::faults(connector, credential));
    if faults.is_empty() && !connector.auth.is_empty() && Secrets::scheme_of(connector, credential).is_none() {
        let ways: Vec<String> = connector.auth.iter().map(|scheme| scheme.needs.join(" and ")).collect();
        faults.push(fault("", format!("give {}", ways.join(", or "))));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

pub(crate) fn malformed(member: &Member, value: &Value) -> Option<String> {
    let text = value.as_str();
    let right = match member.format {
        Format::Text => text.is_some() || value.is_number(),
        Format::Url => return text.map_or(Some("is a URL".to_owned()), |text| malformed_url(text, member.plain_http)),
        Format::Host => text.is_some_and(is_host),
        Format::Object => value.as_object().is_some_and(|members| members.values().all(Value::is_string)),
        Format::List => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
    };
    if !right {
        return Some(match member.format {
            Format::Text | Format::Url => "is a text".to_owned(),
            Format::Host => "is a host name such as example.bitrix24.ru, without https:// and path".to_owned(),
            Format::Object => "is an object of texts".to_owned(),
            Format::List => "is a list of texts".to_owned(),
        });
    }
    let text = text.unwrap_or_default();
    if text.chars().any(char::is_control) {
        return Some("has a line break or another control character in it".to_owned());
    }
    if !member.one_of.is_empty() && !member.one_of.iter().any(|known| known == text) {
        return Some(format!("is one of {}", member.one_of.join(", ")));
    }
    let pattern = member.pattern.as_ref()?;
    let fits = Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|pattern| pattern.is_match(text));
    (!fits).then(|| format!("does not have the form {pattern}"))
}

fn malformed_url(text: &str, plain_http: bool) -> Option<String> {
    let wanted = if plain_http { "is a URL such as http://server/base" } else { "is a URL that begins with https://" };
    let usable = Url::parse(text).is_ok_and(|url| {
        (url.scheme() == "https" || (plain_http && url.scheme() == "http"))
            && url.host_str().is_some_and(|host| !host.is_empty())
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    });
    (!usable).then(|| wanted.to_owned())
}

fn is_host(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '?' | '#' | '@' | '\\' | '%' | '{');
    !text.is_empty()
        && !text.contains(odd)
        && Url::parse(&format!("https://{text}/")).is_ok_and(|url| url.path() == "/")
}

/// JSON Schema of a credential, for forms: titles, which are secret (`writeOnly`), which are required.
pub fn account_schema(connector: &Connector) -> Value {
    let mut properties = Map::new();
    for (name, member) in &connector.credential {
        let mut schema = match member.format {
            Format::Object => json!({"type": "object", "additionalProperties": {"type": "string"}}),
            Format::List => json!({"type": "array", "items": {"type": "string"}}),
            Format::Url => json!({"type": "string", "format": "uri"}),
            Format::Text | Format::Host => json!({"type": "string"}),
        };
        schema["title"] = json!(member.title.en);
        schema["x-title-ru"] = json!(member.title.ru);
        schema["writeOnly"] = json!(member.secret);
        if let Some(description) = &member.description {
            schema["description"] = json!(description.en);
        }
        if let Some(default) = &member.default {
            schema["default"] = default.clone();
        }
        if !member.one_of.is_empty() {
            schema["enum"] = json!(member.one_of);
        }
        properties.insert(name.clone(), schema);
    }
    let required: Vec<&String> = connector
        .credential
        .iter()
        .filter(|(_, member)| member.required && member.default.is_none())
        .map(|(name, _)| name)
        .collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

/// The values that templates are filled with: the credential's members, their defaults, and what was obtained.
#[derive(Clone)]
pub struct Secrets<'a> {
    connector: &'a Connector,
    credential: &'a Credential,
    /// `session` or `access_token`, and its value.
    obtained: Option<(&'static str, String)>,
}

impl<'a> Secrets<'a> {
    pub fn new(connector: &'a Connector, credential: &'a Credential) -> Self {
        Self { connector, credential, obtained: None }
    }

    /// The same with a session or token.
    ///
    /// # Arguments
    /// * `name`: `session` or `access_token`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.obtained = Some((name, value));
        self
    }

    /// The way to sign in: the first whose members are all there.
    pub fn scheme(&self) -> Option<&'a Scheme> {
        Self::scheme_of(self.connector, self.credential)
    }

    fn scheme_of(connector: &'a Connector, credential: &Credential) -> Option<&'a Scheme> {
        connector.auth.iter().find(|scheme| scheme.needs.iter().all(|name| credential.get(name).is_some()))
    }

    /// The value of a member, or its default.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.credential.get(name).or_else(|| self.connector.credential.get(name)?.default.as_ref())
    }

    /// The text that stands for `{name}` or `{object.name}`.
    pub fn text(&self, name: &str) -> Option<String> {
        if let Some((obtained, value)) = &self.obtained
            && *obtained == name
        {
            return Some(value.clone());
        }
        let found = match name.split_once('.') {
            None => self.value(name)?,
            Some((member, inner)) => self.value(member)?.get(inner)?,
        };
        match found {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Everything that must not be seen in what is shown: secret members, and the session or token.
    pub fn hidden(&self) -> Vec<String> {
        let secret = |(name, value): (&String, &Value)| {
            let hidden = self.connector.credential.get(name).is_none_or(|member| member.secret);
            if hidden { texts(value) } else { Vec::new() }
        };
        let members = self.credential.0.iter().flat_map(secret);
        members.chain(self.obtained.iter().map(|(_, value)| value.clone())).collect()
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
