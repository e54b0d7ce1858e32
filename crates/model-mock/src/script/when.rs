use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{Endpoint, IncomingRequest, Protocol};

/// Which requests a reply is for. Absent members match everything. `*` in `model` stands for any characters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    pub protocol: Option<Protocol>,
    /// Absent: chat.
    pub endpoint: Endpoint,
    pub model: Option<String>,
    /// A part of the last message's text.
    pub last: Option<String>,
    /// The role of the last message: `user`, or in every protocol `tool` for the results of calls.
    pub role: Option<String>,
    /// A part of the path.
    pub path: Option<String>,
    pub stream: Option<bool>,
    /// Whether tools are offered.
    pub tools: Option<bool>,
    /// Headers and parts of their values.
    pub headers: BTreeMap<String, String>,
}

impl When {
    pub(crate) fn matches(&self, asked: &IncomingRequest) -> bool {
        let is = |wanted: Option<bool>, actual: bool| wanted.is_none_or(|wanted| wanted == actual);
        self.endpoint == asked.endpoint
            && self.protocol.is_none_or(|protocol| protocol == asked.protocol)
            && self.model.as_ref().is_none_or(|pattern| like(pattern, &asked.model))
            && self.path.as_ref().is_none_or(|part| asked.path.contains(part))
            && self.role.as_ref().is_none_or(|role| *role == asked.last_role())
            && is(self.stream, asked.stream)
            && is(self.tools, asked.first_tool().is_some())
            && self.headers.iter().all(|(name, part)| asked.header(name).is_some_and(|value| value.contains(part)))
            && self.last.as_ref().is_none_or(|part| asked.last_text().contains(part))
    }
}

fn like(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(after) = name.strip_prefix(head) else { return false };
    after.char_indices().map(|(at, _)| at).chain([after.len()]).any(|at| like(rest, &after[at..]))
}
