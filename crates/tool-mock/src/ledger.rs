//! The record of all calls and of their effects.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::options::CallOptions;

/// All calls since the start or the last reset.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    paths: BTreeMap<&'static str, Count>,
    keys: BTreeMap<String, Keyed>,
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
struct Count {
    calls: u64,
    effects: u64,
    failures: u64,
}

#[derive(Debug, Default)]
struct Keyed {
    path: &'static str,
    count: Count,
    answer: Option<Value>,
}

/// The answer of `GET /calls`.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    calls: u64,
    effects: u64,
    paths: BTreeMap<&'static str, Count>,
    keys: BTreeMap<String, KeyReport>,
}

#[derive(Debug, Serialize)]
struct KeyReport {
    path: &'static str,
    #[serde(flatten)]
    count: Count,
}

/// How one call is answered.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    Answer(Value),
    Fail(axum::http::StatusCode),
}

impl Ledger {
    /// Records a call whose answer would be `answer`. A key that has already taken effect gets its first answer again.
    pub(crate) fn record(
        &mut self,
        path: &'static str,
        key: Option<&str>,
        options: &CallOptions,
        answer: Value,
    ) -> Verdict {
        let whole = self.paths.entry(path).or_default();
        whole.calls += 1;
        let mut unkeyed = Keyed { path, count: *whole, answer: None };
        let keyed = match key {
            Some(key) => self.keys.entry(key.to_owned()).or_insert_with(|| Keyed { path, ..Keyed::default() }),
            None => &mut unkeyed,
        };
        keyed.count.calls += 1;
        let failure = options.failure(keyed.count.failures);
        let takes_effect = failure.is_none() || options.after_effect;
        if takes_effect && keyed.answer.is_none() {
            keyed.answer = Some(answer);
            keyed.count.effects += 1;
            whole.effects += 1;
        }
        match failure {
            Some(status) => {
                keyed.count.failures += 1;
                whole.failures += 1;
                Verdict::Fail(status)
            }
            None => Verdict::Answer(keyed.answer.clone().unwrap_or_default()),
        }
    }

    /// The answer of a key that has taken effect.
    pub(crate) fn answer(&self, key: &str) -> Option<&Value> {
        self.keys.get(key)?.answer.as_ref()
    }

    pub(crate) fn report(&self) -> Report {
        Report {
            calls: self.paths.values().map(|count| count.calls).sum(),
            effects: self.paths.values().map(|count| count.effects).sum(),
            paths: self.paths.clone(),
            keys: self
                .keys
                .iter()
                .map(|(key, keyed)| (key.clone(), KeyReport { path: keyed.path, count: keyed.count }))
                .collect(),
        }
    }
}
