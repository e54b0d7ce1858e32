//! The prepared queries (`.sqlx`). Only sqlx's macros write them.

use std::path::Path;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::database::Database;
use crate::files::files;

/// The part of a prepared query that can be checked without a database.
#[derive(Debug, Deserialize)]
struct Prepared {
    db_name: String,
    query: String,
    hash: String,
}

/// Files in `.sqlx` that the macros did not write in this form: edited, merged or copied by hand.
pub(crate) fn faults(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    for database in Database::ALL {
        for file in files(&database.prepared(root))? {
            let text = std::fs::read_to_string(&file)?;
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            faults
                .extend(fault(&text, &name, database.macro_name()).map(|fault| format!("{}: {fault}", file.display())));
        }
    }
    Ok(faults)
}

fn fault(text: &str, name: &str, macro_name: &str) -> Option<String> {
    let prepared: Prepared = match serde_json::from_str(text) {
        Ok(prepared) => prepared,
        Err(error) => return Some(format!("no prepared query ({error})")),
    };
    let hash = hex::encode(Sha256::digest(&prepared.query));
    let whole = prepared.hash == hash && name == format!("query-{hash}.json") && prepared.db_name == macro_name;
    (!whole).then(|| "is not what the macros wrote; run `just sqlx-prepare`".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "e004ebd5b5532a4b85984a62f8ad48a81aa3460c1ca07701f386135d72cdecf5";

    fn text(query: &str) -> String {
        serde_json::json!({ "db_name": "SQLite", "query": query, "describe": {}, "hash": HASH }).to_string()
    }

    #[test]
    fn a_query_under_its_own_hash_is_clean() {
        assert_eq!(fault(&text("SELECT 1"), &format!("query-{HASH}.json"), "SQLite"), None);
    }

    #[test]
    fn an_edited_query_is_a_fault() {
        assert!(fault(&text("SELECT 2"), &format!("query-{HASH}.json"), "SQLite").is_some());
    }

    #[test]
    fn a_query_of_the_other_store_is_a_fault() {
        assert!(fault(&text("SELECT 1"), &format!("query-{HASH}.json"), "PostgreSQL").is_some());
    }

    #[test]
    fn a_merge_conflict_is_a_fault() {
        assert!(fault("<<<<<<< HEAD", "query-x.json", "SQLite").is_some());
    }
}
