//! Dependencies between crates ("arrows"). Each must be allowed by the drawing.

use crate::drawing::{BESIDE, CONCRETE, FLOORS, PURE, floor_of};
use crate::workspace::{Dependency, Package};

/// One sentence for each dependency that the drawing does not allow.
pub(crate) fn faults(packages: &[Package]) -> Vec<String> {
    packages.iter().flat_map(package_faults).collect()
}

fn package_faults(package: &Package) -> Vec<String> {
    let from = package.name.as_str();
    let imports = package.dependencies.iter().filter(|dependency| !dependency.is_for_tests());
    if BESIDE.contains(&from) {
        return Vec::new();
    }
    let Some(floor) = floor_of(from) else {
        return vec![format!(
            "{from} is not in the drawing: give it a floor in xtask/src/drawing.rs and ARCHITECTURE.md"
        )];
    };
    imports.filter_map(|import| import_fault(from, floor, import)).collect()
}

fn import_fault(from: &str, floor: usize, import: &Dependency) -> Option<String> {
    let to = import.name.as_str();
    if PURE.iter().any(|(pure, banned)| *pure == from && banned.contains(&to)) {
        return Some(format!("{from} must not know {to}"));
    }
    if BESIDE.contains(&to) {
        return Some(format!("{from} imports {to}, which is for tests only: make it a dev-dependency"));
    }
    if CONCRETE.contains(&to) && floor != FLOORS.len() {
        return Some(format!("{from} imports {to}: only the top floor names a concrete store or bus"));
    }
    let target = floor_of(to)?;
    (target >= floor).then(|| format!("{from} (floor {floor}) imports {to} (floor {target}): arrows run down only"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn package(name: &str, import: &str, kind: Option<&str>) -> Package {
        let import = Dependency { name: import.into(), kind: kind.map(Into::into) };
        Package { name: name.into(), dependencies: vec![import] }
    }

    #[rstest]
    #[case::down("artel-engine", "artel-store")]
    #[case::down_two_floors("artel-http", "artel-domain")]
    #[case::a_library("artel-http", "axum")]
    #[case::the_top_names_a_store("artel", "artel-store-postgres")]
    #[case::beside_the_house("artel-testkit", "artel-store-sqlite")]
    fn an_arrow_of_the_drawing_is_accepted(#[case] from: &str, #[case] to: &str) {
        assert_eq!(faults(&[package(from, to, None)]), Vec::<String>::new());
    }

    #[rstest]
    #[case::up("artel-store", "artel-engine")]
    #[case::within_a_floor("artel-llm", "artel-tools")]
    #[case::a_concrete_store("artel-platform-api", "artel-store-sqlite")]
    #[case::the_test_kit("artel-engine", "artel-testkit")]
    #[case::a_banned_library("artel-agent", "tokio")]
    #[case::a_crate_without_a_floor("artel-attic", "artel-domain")]
    fn an_arrow_that_is_not_in_the_drawing_is_a_fault(#[case] from: &str, #[case] to: &str) {
        assert_eq!(faults(&[package(from, to, None)]).len(), 1);
    }

    #[test]
    fn a_test_may_import_any_floor() {
        assert_eq!(faults(&[package("artel-store", "artel-testkit", Some("dev"))]), Vec::<String>::new());
    }
}
