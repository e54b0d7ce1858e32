//! Where the service is: servers with variables, relative ones, none at all.

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use super::document::Document;
use super::keys::parameter_key;
use super::report::Report;
use crate::schema::{Format, Member, Template, Text};

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
        let listed = document.value("servers");
        let first = listed.as_ref().and_then(|listed| listed.get(0));
        if first.is_none() {
            report.add("servers", "the document names no server: the credential brings base_url");
        }
        let others = listed.as_ref().and_then(Value::as_array).map_or(0, Vec::len);
        if others > 1 {
            report.add("servers", format!("the first of {others} servers is taken"));
        }
        let template = servers.template(first.unwrap_or(&Value::Null), report);
        servers.hosts.insert("main".to_owned(), template);
        servers
    }

    /// The name of the host that a path or operation has for itself; `None` for `main`.
    pub(super) fn own(&mut self, place: &Value, report: &mut Report) -> Option<String> {
        let server = place.get("servers")?.get(0)?.clone();
        let template = self.template(&server, report);
        if let Some((name, _)) = self.hosts.iter().find(|(_, known)| **known == template) {
            return (name != "main").then(|| name.clone());
        }
        let name = format!("host_{}", self.hosts.len() + 1);
        self.hosts.insert(name.clone(), template);
        Some(name)
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
        // A URL that begins with a variable says nothing about where it leads; its default does.
        let url = if url.starts_with('{') { with_default(url, variables) } else { url.to_owned() };
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
        let Some(rest) = url.strip_prefix("https://") else {
            report.add("servers", format!("{url} is not https: the credential brings base_url"));
            return self.template_of_credential("", Some(with_default(url, variables)));
        };
        let Ok(template) = Template::try_from(format!("https://{rest}")) else {
            return self.template_of_credential("", None);
        };
        let names: Vec<String> = template.names().map(str::to_owned).collect();
        let mut text = url.to_owned();
        for name in names {
            let key = self.variable(&name, variables.and_then(|variables| variables.get(&name)));
            text = text.replace(&format!("{{{name}}}"), &format!("{{{key}}}"));
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
        let default = text("default").filter(|default| !secret && !default.is_empty());
        let values = variable.and_then(|variable| variable.get("enum")?.as_array());
        let one_of = values.into_iter().flatten().filter_map(|value| value.as_str().map(str::to_owned)).collect();
        let member = Member {
            title: Text::same(name),
            description: text("description").map(Text::same),
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

fn with_default(url: &str, variables: Option<&Value>) -> String {
    let mut filled = url.to_owned();
    for (name, variable) in variables.and_then(Value::as_object).into_iter().flatten() {
        if let Some(default) = variable.get("default").and_then(Value::as_str) {
            filled = filled.replace(&format!("{{{name}}}"), default);
        }
    }
    filled.trim_end_matches('/').to_owned()
}
