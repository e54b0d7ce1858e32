//! The files of one crate as modules, and which module names which other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::files::rust_files;
use crate::paths;
use crate::source::code;

/// A module by its path from the crate's root: `a::b` is `["a", "b"]`.
pub(crate) type Module = Vec<String>;
/// The modules that each module's file names.
pub(crate) type Arrows = BTreeMap<Module, BTreeSet<Module>>;

/// The largest number of re-exports that a name may pass through.
const MOST_HOPS: usize = 8;

/// Reads `src`. Dependencies between a module and its own ancestors are left out.
pub(crate) fn arrows(src: &Path) -> anyhow::Result<Arrows> {
    let mut texts = BTreeMap::new();
    for file in rust_files(src)? {
        if let Some(module) = module_of(file.strip_prefix(src).unwrap_or(&file)) {
            texts.insert(module, code(&std::fs::read_to_string(&file)?));
        }
    }
    let uses = texts.iter().map(|(module, text)| (module.clone(), paths::used(text))).collect();
    let krate = Krate { uses };
    Ok(texts.iter().map(|(module, text)| (module.clone(), krate.named_by(module, text))).collect())
}

/// The module of a file; `None` for test files and for a binary beside the library.
fn module_of(file: &Path) -> Option<Module> {
    let mut module: Module = file.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if module.iter().any(|part| part == "tests" || part == "bin") {
        return None;
    }
    if module.last().is_some_and(|last| last == "mod")
        || matches!(module.as_slice(), [only] if only == "lib" || only == "main")
    {
        module.pop();
    }
    Some(module)
}

struct Krate {
    uses: BTreeMap<Module, Vec<paths::Path>>,
}

impl Krate {
    fn named_by(&self, module: &Module, text: &str) -> BTreeSet<Module> {
        let named = self.uses.get(module).into_iter().flatten().cloned().chain(paths::named(text));
        let targets = named.filter_map(|path| self.target(module, &path, MOST_HOPS));
        targets.filter(|target| !target.starts_with(module) && !module.starts_with(target)).collect()
    }

    /// The module that the path leads to from `module`, also through re-exports of the modules on the way.
    fn target(&self, module: &Module, path: &[String], hops: usize) -> Option<Module> {
        let absolute = absolute(module, path).or_else(|| {
            let child = self.is_module(module, path.first()?).then(|| module.clone())?;
            Some([child.as_slice(), path].concat())
        })?;
        let known = (0..=absolute.len()).rev().find(|length| self.uses.contains_key(&absolute[..*length]))?;
        let (found, rest) = absolute.split_at(known);
        let found = found.to_vec();
        let handed_on = rest.first().filter(|_| hops > 0).and_then(|name| {
            let by = self.uses.get(&found)?.iter().find(|path| path.last() == Some(name) && path.len() > 1)?;
            self.target(&found, by, hops - 1)
        });
        Some(handed_on.unwrap_or(found))
    }

    fn is_module(&self, parent: &Module, name: &str) -> bool {
        self.uses.contains_key(&[parent.as_slice(), &[name.to_owned()]].concat())
    }
}

/// The path from the crate's root; `None` when it begins with neither `crate`, `super` nor `self`.
fn absolute(module: &Module, path: &[String]) -> Option<Module> {
    let (mut base, mut rest) = match path.first()?.as_str() {
        "crate" => (Vec::new(), &path[1..]),
        "self" => (module.clone(), &path[1..]),
        "super" => (module.clone(), path),
        _ => return None,
    };
    while rest.first().is_some_and(|segment| segment == "super") {
        base.pop();
        rest = &rest[1..];
    }
    Some([base.as_slice(), rest].concat())
}
