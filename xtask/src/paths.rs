//! The paths that a Rust file names: those of its `use` declarations, and those that begin with `crate`, `super` or
//! `self`.

/// A path by its segments, as it is written.
pub(crate) type Path = Vec<String>;

/// The leaves of every `use`: `use a::{b, c::d}` gives `a::b` and `a::c::d`.
pub(crate) fn used(code: &str) -> Vec<Path> {
    let mut paths = Vec::new();
    for statement in code.split(';') {
        let Some(at) = statement.rfind("use ").filter(|at| begins_word(statement, *at)) else { continue };
        leaves(&mut Vec::new(), &statement[at + 4..], &mut paths);
    }
    paths
}

/// Paths outside of `use` declarations.
pub(crate) fn named(code: &str) -> Vec<Path> {
    let mut paths = Vec::new();
    for root in ["crate::", "super::", "self::"] {
        for (at, _) in code.match_indices(root).filter(|(at, _)| begins_word(code, *at) && !code[..*at].ends_with("::"))
        {
            let end = code[at..]
                .find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':')
                .map_or(code.len(), |end| at + end);
            paths.push(segments(&code[at..end]));
        }
    }
    paths
}

fn begins_word(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric() && before != '_')
}

fn segments(path: &str) -> Path {
    path.split("::").map(str::trim).filter(|segment| !segment.is_empty()).map(ToOwned::to_owned).collect()
}

fn leaves(prefix: &mut Path, tree: &str, paths: &mut Vec<Path>) {
    let tree = tree.trim();
    let Some((before, inside)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        let leaf = segments(path).into_iter().filter(|segment| segment != "self" || prefix.is_empty());
        return paths.push(prefix.iter().cloned().chain(leaf).collect());
    };
    let known = prefix.len();
    prefix.extend(segments(before));
    let inside = inside.rsplit_once('}').map_or(inside, |(inside, _)| inside);
    for part in parts(inside) {
        leaves(prefix, part, paths);
    }
    prefix.truncate(known);
}

/// The parts between commas that are not within inner braces.
fn parts(inside: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b',' if depth == 0 => {
                parts.push(&inside[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inside[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(paths: &[Path]) -> Vec<String> {
        paths.iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn the_leaves_of_a_tree_are_found() {
        let code = "pub(crate) use crate::{a, b::{self, C as D}};\nuse super::e::*;\nfn f() { misuse crate }";
        assert_eq!(joined(&used(code)), ["crate::a", "crate::b", "crate::b::C", "super::e::*"]);
    }

    #[test]
    fn paths_in_the_midst_of_code_are_found() {
        let code = "fn f(x: crate::a::B) { super::g(); $crate::h!(); std::self_crate::i() }";
        assert_eq!(joined(&named(code)), ["crate::a::B", "crate::h", "super::g"]);
    }
}
