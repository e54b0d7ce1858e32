//! Migrations are twins: the same number and name on both stores, and each number once.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context as _;

const STORES: [&str; 2] = ["crates/store-sqlite/migrations", "crates/store-postgres/migrations"];

pub(crate) fn faults(root: &Path) -> anyhow::Result<Vec<String>> {
    let [left, right] = STORES.map(|directory| names(&root.join(directory)));
    Ok(compare(&left?, &right?))
}

fn names(directory: &Path) -> anyhow::Result<BTreeSet<String>> {
    let entries = std::fs::read_dir(directory).with_context(|| directory.display().to_string())?;
    entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

fn compare(left: &BTreeSet<String>, right: &BTreeSet<String>) -> Vec<String> {
    let [here, there] = STORES;
    let missing_right = left.difference(right).map(|name| format!("{here}/{name} has no twin in {there}"));
    let missing_left = right.difference(left).map(|name| format!("{there}/{name} has no twin in {here}"));
    missing_right.chain(missing_left).chain(misnumbered(left)).collect()
}

/// A migration name begins with four digits, and each number is used once. Gaps are allowed, because changes that are
/// made at the same time get their numbers in advance.
fn misnumbered(names: &BTreeSet<String>) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let fault = |name: &String| match number(name) {
        None => Some(format!("migration {name} should start with a number in four digits, like 0007_")),
        Some(number) if taken.insert(number) => None,
        Some(number) => Some(format!("migration {name} has a number that is taken: {number:04}")),
    };
    names.iter().filter_map(fault).collect()
}

fn number(name: &str) -> Option<u32> {
    let (number, _) = name.split_once('_')?;
    (number.len() == 4).then(|| number.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn twins_with_growing_numbers_are_tidy() {
        let names = set(&["0001_foundation.sql", "0002_approvals.sql"]);
        assert_eq!(compare(&names, &names), Vec::<String>::new());
    }

    #[test]
    fn a_migration_without_its_twin_is_a_fault() {
        let faults = compare(&set(&["0001_foundation.sql", "0002_approvals.sql"]), &set(&["0001_foundation.sql"]));
        assert_eq!(
            faults,
            ["crates/store-sqlite/migrations/0002_approvals.sql has no twin in crates/store-postgres/migrations"]
        );
    }

    #[test]
    fn a_gap_is_no_fault_and_a_name_without_a_number_is() {
        let names = set(&["0001_foundation.sql", "0010_agents.sql", "agents.sql"]);
        assert_eq!(
            compare(&names, &names),
            ["migration agents.sql should start with a number in four digits, like 0007_"]
        );
    }

    #[test]
    fn a_number_that_is_taken_twice_is_a_fault() {
        let names = set(&["0001_foundation.sql", "0002_approvals.sql", "0002_secrets.sql"]);
        assert_eq!(compare(&names, &names), ["migration 0002_secrets.sql has a number that is taken: 0002"]);
    }
}
