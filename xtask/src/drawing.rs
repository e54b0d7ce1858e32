//! The drawing of ARCHITECTURE.md as data: the one place that says which crate may import which.

/// The floors, from the bottom up. A crate imports only crates of lower floors.
pub(crate) const FLOORS: &[&[&str]] = &[
    &["artel-domain", "artel-egress", "artel-catalogue", "artel-extract", "artel-words", "artel-warehouse"],
    &[
        "artel-store",
        "artel-bus",
        "artel-llm",
        "artel-tools",
        "artel-agent",
        "artel-identity",
        "artel-specialists",
        "artel-connectors",
        "artel-skills",
    ],
    &[
        "artel-engine",
        "artel-store-sqlite",
        "artel-store-postgres",
        "artel-bus-redis",
        "artel-http",
        "artel-connector-engine",
        "artel-artifacts",
        "artel-tools-web",
        "artel-webhooks",
    ],
    &["artel-intents", "artel-scheduler", "artel-documents", "artel-tools-services"],
    &[
        "artel-platform-api",
        "artel-auth-api",
        "artel-llm-proxy",
        "artel-codelab-api",
        "artel-console",
        "artel-tool-mock",
        "artel-tools-tasks",
        "artel-tools-knowledge",
        "artel-model-mock",
    ],
    &["artel"],
];

/// Crates beside the floors. They may import every floor; only tests of the floors may import them.
pub(crate) const BESIDE: &[&str] = &["artel-testkit", "artel-bench", "xtask"];

/// Concrete stores and buses. Only the top floor names them; all other crates use the trait.
pub(crate) const CONCRETE: &[&str] = &["artel-store-sqlite", "artel-store-postgres", "artel-bus-redis"];

/// Crates that must not use some libraries, because tests rely on it.
pub(crate) const PURE: &[(&str, &[&str])] = &[
    ("artel-domain", &["axum", "reqwest", "sqlx", "tokio"]),
    ("artel-egress", &["axum", "sqlx"]),
    ("artel-catalogue", &["axum", "reqwest", "sqlx", "tokio"]),
    ("artel-extract", &["axum", "reqwest", "sqlx", "tokio"]),
    ("artel-warehouse", &["axum", "reqwest", "sqlx", "tokio"]),
    ("artel-words", &["axum", "reqwest", "sqlx", "tokio"]),
    ("artel-agent", &["axum", "reqwest", "sqlx", "tokio"]),
    ("artel-identity", &["axum", "sqlx"]),
    ("artel-store", &["axum", "reqwest", "sqlx"]),
    ("artel-engine", &["axum", "sqlx"]),
    ("artel-artifacts", &["axum", "reqwest", "sqlx"]),
    ("artel-tools-services", &["axum", "reqwest", "sqlx"]),
    ("artel-tools-tasks", &["axum", "reqwest", "sqlx"]),
    ("artel-tools-knowledge", &["axum", "reqwest", "sqlx"]),
    ("artel-tools-web", &["axum", "sqlx"]),
    ("artel-webhooks", &["axum", "reqwest", "sqlx"]),
    ("artel-intents", &["artel-http", "axum", "reqwest", "sqlx"]),
    ("artel-scheduler", &["axum", "reqwest", "sqlx"]),
    ("artel-documents", &["axum", "reqwest", "sqlx"]),
    ("artel-platform-api", &["sqlx"]),
    ("artel-auth-api", &["sqlx"]),
    ("artel-codelab-api", &["sqlx"]),
    ("artel-console", &["artel-store", "reqwest", "sqlx"]),
    ("artel-specialists", &["axum", "reqwest", "sqlx", "tokio"]),
    ("artel-connectors", &["axum", "reqwest", "sqlx", "tokio"]),
    ("artel-skills", &["axum", "reqwest", "sqlx", "tokio"]),
    ("artel-connector-engine", &["axum", "sqlx"]),
];

/// The floor of a crate, counted from 1.
pub(crate) fn floor_of(krate: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&krate)).map(|index| index + 1)
}
