//! Where the service is: servers with variables, relative ones, none at all.

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use super::budget::{LONGEST_NAME, LONGEST_URL, MAX_HOSTS, MAX_VARIABLES};
use super::document::Document;
use super::keys::parameter_key;
use super::report::Report;
use super::words::shortened;
use crate::schema::{Format, Member, Piece, Template, Text};

/// Values that a variable may be one of.
const MAX_VALUES: usize = 100;

/// The hosts of a connector under way.
#[derive(Debug, Default)]
pub(super) struct Servers {
    hosts: BTreeMap<String, Template>,
    credential: BTreeMap<String, Member>,
    source: Option<Url>,
}

impl Servers {
    /// The document's own servers; the first is `main`.
    pub(super) fn of(document: &Document<'_>, source: Option<&Url>, report: &mut Report) -> Self {
        let mut servers = Self { source: source.cloned(), ..Self::default() };
        let others = document.count("servers");
        let first = document.at(&["servers", "0"]);
        if first.is_none() {
            report.add("servers", "the document names no server: the credential brings base_url");
        }
        if others > 1 {
            report.add("servers", format!("the first of {others} servers is taken"));
        }
        let template = servers.template(first.as_deref().unwrap_or(&Value::Null), report);
        servers.hosts.insert("main".to_owned(), template);
        servers
    }

    /// The name of the host that an operation or its path has for itself; `None` for `main`.
    ///
    /// # Errors
    /// There are too many servers.
    pub(super) fn of_operation(
        &mut self,
        operation: &Value,
        item: &Value,
        report: &mut Report,
    ) -> Result<Option<String>, String> {
        match self.own(operation, report)? {
            None => self.own(item, report),
            own => Ok(own),
        }
    }

    fn own(&mut self, place: &Value, report: &mut Report) -> Result<Option<String>, String> {
        let Some(server) = place.get("servers").and_then(|servers| servers.get(0)) else { return Ok(None) };
        // A server adds members to the credential too, so there is none beyond the last host.
        if self.hosts.len() >= MAX_HOSTS {
            return Err(format!("it has a server of its own, and at most {MAX_HOSTS} are taken"));
        }
        let template = self.template(server, report);
        if let Some((name, _)) = self.hosts.iter().find(|(_, known)| **known == template) {
            return Ok((name != "main").then(|| name.clone()));
        }
        let name = format!("host_{}", self.hosts.len() + 1);
        self.hosts.insert(name.clone(), template);
        Ok(Some(name))
    }

    /// Members of the credential that are secret and stand in a URL.
    pub(super) fn secrets(&self) -> Vec<String> {
        self.credential.iter().filter(|(_, member)| member.secret).map(|(name, _)| name.clone()).collect()
    }

    pub(super) fn finish(self) -> (BTreeMap<String, Template>, BTreeMap<String, Member>) {
        (self.hosts, self.credential)
    }

    fn template(&mut self, server: &Value, report: &mut Report) -> Template {
        let url = server.get("url").and_then(Value::as_str).unwrap_or_default().trim_end_matches('/');
        let url = url.split(['?', '#']).next().unwrap_or_default();
        let variables = server.get("variables");
        if url.len() > LONGEST_URL || url.matches('{').count() > MAX_VARIABLES {
            report.add(
                "servers",
                "the server's URL is too long, or has too many variables: the credential brings base_url",
            );
            return self.template_of_credential("", None);
        }
        // A URL that begins with a variable says nothing about where it leads; its default does.
        let filled = if url.starts_with('{') { with_defaults(url, variables) } else { Some(url.to_owned()) };
        let Some(url) = filled else { return self.template_of_credential("", None) };
        if let Some(rest) = url.strip_prefix("//") {
            return self.absolute(&format!("https://{rest}"), variables, report);
        }
        if url.starts_with("https://") || url.starts_with("http://") {
            return self.absolute(&url, variables, report);
        }
        match self.source.clone().filter(|source| source.scheme() == "https").and_then(|source| source.join(&url).ok())
        {
            Some(whole) => Template::plain(whole.as_str().trim_end_matches('/')),
            None => self.template_of_credential(&url, None),
        }
    }

    fn absolute(&mut self, url: &str, variables: Option<&Value>, report: &mut Report) -> Template {
        if !url.starts_with("https://") {
            report.add("servers", format!("{url} is not https: the credential brings base_url"));
            return self.template_of_credential("", with_defaults(url, variables));
        }
        let Ok(template) = Template::try_from(url.to_owned()) else {
            return self.template_of_credential("", None);
        };
        let mut text = String::new();
        for piece in template.pieces() {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Member(name) => {
                    let key = self.variable(name, variables.and_then(|variables| variables.get(name)));
                    text.extend(["{", &key, "}"]);
                }
            }
        }
        Template::try_from(text).unwrap_or(template)
    }

    /// A server variable is a member of the credential.
    fn variable(&mut self, name: &str, variable: Option<&Value>) -> String {
        let key = parameter_key(name, &std::collections::HashSet::new(), "variable").to_lowercase();
        let lower = name.to_lowercase();
        // A sample that looks like a secret is no default.
        let secret = ["token", "secret", "key", "password"].iter().any(|word| lower.contains(word));
        let text = |member: &str| variable.and_then(|variable| variable.get(member)?.as_str()).map(str::to_owned);
        let short = |text: &str| (1..=LONGEST_NAME).contains(&text.len());
        let default = text("default").filter(|default| !secret && short(default));
        let values = variable.and_then(|variable| variable.get("enum")?.as_array());
        // A list that was cut would refuse what the service takes.
        let values =
            values.filter(|values| values.len() <= MAX_VALUES && values.iter().all(|v| v.as_str().is_some_and(short)));
        let one_of = values.into_iter().flatten().filter_map(|value| value.as_str().map(str::to_owned)).collect();
        let member = Member {
            title: Text::same(name),
            description: text("description").map(|words| Text::same(shortened(&words))),
            secret,
            required: default.is_none(),
            default: default.map(Value::from),
            format: Format::Text,
            one_of,
            pattern: None,
            plain_http: false,
        };
        self.credential.entry(key.clone()).or_insert(member);
        key
    }

    fn template_of_credential(&mut self, path: &str, default: Option<String>) -> Template {
        let member = Member {
            title: Text { ru: "Адрес API".to_owned(), en: "Address of the API".to_owned() },
            description: None,
            secret: false,
            required: default.is_none(),
            default: default.filter(|url| Url::parse(url).is_ok()).map(Value::from),
            format: Format::Url,
            one_of: Vec::new(),
            pattern: None,
            plain_http: true,
        };
        self.credential.entry("base_url".to_owned()).or_insert(member);
        let path = path.trim_start_matches('.').trim_matches('/');
        let text = if path.is_empty() { "{base_url}".to_owned() } else { format!("{{base_url}}/{path}") };
        Template::try_from(text).unwrap_or_else(|_| Template::plain(""))
    }
}

/// The URL with the defaults of its variables; what they contain is no variable again. `None` when that is too long.
fn with_defaults(url: &str, variables: Option<&Value>) -> Option<String> {
    let default = |name: &str| variables?.get(name)?.get("default")?.as_str();
    let template = Template::try_from(url.to_owned()).ok()?;
    let mut filled = String::new();
    for piece in template.pieces() {
        let part = match piece {
            Piece::Text(text) => text.clone(),
            Piece::Member(name) => default(name).map_or_else(|| format!("{{{name}}}"), str::to_owned),
        };
        if filled.len() + part.len() > LONGEST_URL {
            return None;
        }
        filled.push_str(&part);
    }
    Some(filled.trim_end_matches('/').to_owned())
}
