//! Cycles between the files of a crate. Two modules that need each other cannot be read, tested or moved separately. A
//! module and its own ancestors may need each other.

use std::collections::BTreeSet;
use std::path::Path;

use crate::known_circles::KNOWN;
use crate::modules::{Arrows, Module, arrows};

/// Faults, and remarks.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    /// Files in a cycle that are not in the list of known cycles.
    pub(crate) faults: Vec<String>,
    /// Files of that list that are no longer in a cycle.
    pub(crate) mended: Vec<String>,
}

pub(crate) fn findings(root: &Path) -> anyhow::Result<Findings> {
    let mut findings = Findings::default();
    let mut crates: Vec<_> =
        std::fs::read_dir(root.join("crates"))?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    crates.push(root.join("xtask"));
    crates.sort();
    for krate in crates {
        let name = krate.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let known = KNOWN.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, files)| *files);
        compare(&name, &circles(&arrows(&krate.join("src"))?), known, &mut findings);
    }
    Ok(findings)
}

fn compare(krate: &str, circles: &[BTreeSet<Module>], known: &[&str], findings: &mut Findings) {
    let in_circles: BTreeSet<String> = circles.iter().flatten().map(|module| module.join("/")).collect();
    for circle in circles {
        let names: Vec<String> = circle.iter().map(|module| module.join("/")).collect();
        if names.iter().any(|name| !known.contains(&name.as_str())) {
            findings.faults.push(format!("{krate}: these files need each other: {}", names.join(", ")));
        }
    }
    let mended = known.iter().filter(|name| !in_circles.contains(**name));
    findings.mended.extend(
        mended.map(|name| format!("{krate}: {name} is in no circle any more; take it off xtask/src/known_circles.rs")),
    );
}

/// The sets of modules in which each module reaches every other one.
fn circles(arrows: &Arrows) -> Vec<BTreeSet<Module>> {
    let mut circles: Vec<BTreeSet<Module>> = Vec::new();
    for module in arrows.keys() {
        if circles.iter().any(|circle| circle.contains(module)) {
            continue;
        }
        let reached = reachable(arrows, module);
        let circle: BTreeSet<Module> =
            reached.into_iter().filter(|other| reachable(arrows, other).contains(module)).collect();
        if circle.len() > 1 {
            circles.push(circle);
        }
    }
    circles
}

fn reachable(arrows: &Arrows, from: &Module) -> BTreeSet<Module> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![from.clone()]);
    while let Some(module) = open.pop() {
        for next in arrows.get(&module).into_iter().flatten() {
            if reached.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes the files of a crate and reads its circles.
    fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
        let src = std::env::temp_dir().join(format!("artel-circles-{}-{:p}", std::process::id(), files));
        for (file, text) in files {
            let file = src.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let found = circles(&arrows(&src).unwrap());
        std::fs::remove_dir_all(&src).unwrap();
        found.iter().map(|circle| circle.iter().map(|module| module.join("/")).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn two_files_that_need_each_other_are_a_circle() {
        let files = [("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b::B;"), ("b.rs", "fn f() { crate::a::g() }")];
        assert_eq!(circles_of(&files), ["a b"]);
    }

    #[test]
    fn a_circle_by_way_of_a_name_that_the_root_hands_on_is_seen() {
        let files = [("lib.rs", "mod a; mod b; pub use b::B;"), ("a.rs", "use crate::B;"), ("b.rs", "use super::a;")];
        assert_eq!(circles_of(&files), ["a b"]);
    }

    #[test]
    fn a_parent_and_its_child_may_need_each_other() {
        let files = [("lib.rs", "mod a;"), ("a.rs", "mod b; use b::B;"), ("a/b.rs", "use super::A; use crate::C;")];
        assert_eq!(circles_of(&files), Vec::<String>::new());
    }

    #[test]
    fn what_only_tests_need_is_no_arrow() {
        let files = [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b;"),
            ("b.rs", "#[cfg(test)]\nmod tests {\n use crate::a; }"),
        ];
        assert_eq!(circles_of(&files), Vec::<String>::new());
    }

    #[test]
    fn a_known_circle_is_no_fault_and_one_that_was_cut_is_said() {
        let circle = ["a", "b"].map(|name| vec![name.to_owned()]).into_iter().collect();
        let mut findings = Findings::default();
        compare("engine", &[circle], &["a", "b", "c"], &mut findings);
        assert_eq!((findings.faults.len(), findings.mended.len()), (0, 1));
    }
}
