//! A test for each promise of the traits, run on every store.
//!
//! A store crate's test target says `artel_store::conformance_tests!(make_store);` beside its
//! `async fn make_store() -> Arc<dyn Store>`. Each call of `make_store` gives an **empty database of its own**:
//! claims go over all tenants, so tests that share one would take each other's runs.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "these are tests; they live outside `cfg(test)` only so that both stores can run them"
)]

pub mod agents;
pub mod approvals;
pub mod audit;
pub mod idempotency;
pub mod identities;
pub mod journal;
pub mod runs;
pub mod tools;
pub mod world;

/// One `#[tokio::test]` per promise. A promise that is missing here fails this crate's own test.
#[macro_export]
macro_rules! conformance_tests {
    ($make_store:ident) => {
        $crate::conformance_group!($make_store, runs: []);
        $crate::conformance_group!($make_store, journal: []);
        $crate::conformance_group!($make_store, approvals: []);
        $crate::conformance_group!($make_store, idempotency: []);
        $crate::conformance_group!($make_store, identities: []);
        $crate::conformance_group!($make_store, agents: []);
        $crate::conformance_group!($make_store, tools: []);
        $crate::conformance_group!($make_store, audit: []);
    };
}

/// The tests of one file.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_group {
    ($make_store:ident, $group:ident: [$($promise:ident),* $(,)?]) => {
        mod $group {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    $crate::conformance::$group::$promise(super::$make_store().await).await;
                }
            )*
        }
    };
}

#[cfg(test)]
mod tests {
    const LIST: &str = include_str!("mod.rs");
    const FILES: [(&str, &str); 8] = [
        ("agents", include_str!("agents.rs")),
        ("approvals", include_str!("approvals.rs")),
        ("audit", include_str!("audit.rs")),
        ("idempotency", include_str!("idempotency.rs")),
        ("identities", include_str!("identities.rs")),
        ("journal", include_str!("journal.rs")),
        ("runs", include_str!("runs.rs")),
        ("tools", include_str!("tools.rs")),
    ];

    /// What stands between the brackets of `group: [`.
    fn listed(group: &str) -> Vec<&str> {
        let (_, rest) = LIST.split_once(&format!("$make_store, {group}: [")).unwrap();
        rest.split_once(']').unwrap().0.split(',').map(str::trim).filter(|name| !name.is_empty()).collect()
    }

    #[test]
    fn every_promise_is_listed() {
        for (group, text) in FILES {
            for line in text.lines() {
                let Some(name) = line.strip_prefix("pub async fn ").and_then(|rest| rest.split('(').next()) else { continue };
                assert!(listed(group).contains(&name), "{group}::{name} is not in conformance_tests!");
            }
        }
    }
}
