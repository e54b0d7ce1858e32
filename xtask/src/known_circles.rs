//! Files that need each other and are not cut apart yet, by crate. This list only ever gets shorter.

pub(crate) const KNOWN: &[(&str, &[&str])] = &[
    ("auth-api", &["app", "guard"]),
    ("codelab-api", &["incoming/members", "incoming/parse"]),
    ("engine", &["follow/reader", "follow/session"]),
    ("http", &["problem", "trace"]),
    ("llm", &["chat", "opaque"]),
    ("model-mock", &["mock", "server"]),
];
