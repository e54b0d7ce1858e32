use std::collections::BTreeSet;

use artel_domain::SkillFile;
use artel_domain::skill::MOST_SKILL_FILES;

use crate::BadSkill;

/// Whether these files can be in one folder, on every system that it is unpacked on.
///
/// # Errors
/// `Invalid`, with the path that cannot.
pub fn check_files(files: &[SkillFile]) -> Result<(), BadSkill> {
    if files.len() > MOST_SKILL_FILES {
        return Err(BadSkill::of(
            "files",
            format!("has {} files; a skill has at most {MOST_SKILL_FILES}", files.len()),
        ));
    }
    let folded: Vec<String> = files.iter().map(|file| file.path.as_str().to_lowercase()).collect();
    let mut seen = BTreeSet::new();
    for (file, path) in files.iter().zip(&folded) {
        if !seen.insert(path) {
            return Err(BadSkill::of("files", format!("has {} twice, or twice but for upper case", file.path)));
        }
    }
    for (file, path) in files.iter().zip(&folded) {
        let mut folders = path.match_indices('/').map(|(end, _)| path[..end].to_owned());
        if folders.any(|folder| seen.contains(&folder) || folder == "skill.md") {
            return Err(BadSkill::of("files", format!("has {}, which lies in another file", file.path)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use artel_domain::{SkillFile, SkillPath};

    use super::check_files;

    fn files(paths: &[&str]) -> Vec<SkillFile> {
        let file = |path: &&str| SkillFile { path: SkillPath::parse(path).unwrap(), content: Vec::new() };
        paths.iter().map(file).collect()
    }

    #[test]
    fn files_of_a_folder_have_places_of_their_own() {
        assert_eq!(check_files(&files(&["a", "b/a", "b/c/a"])), Ok(()));
        for (paths, why) in [
            (vec!["a", "a"], "files has a twice, or twice but for upper case"),
            (vec!["Отчёт.md", "отчёт.md"], "files has отчёт.md twice, or twice but for upper case"),
            (vec!["a/b", "a"], "files has a/b, which lies in another file"),
            (vec!["SKILL.md/b"], "files has SKILL.md/b, which lies in another file"),
        ] {
            assert_eq!(check_files(&files(&paths)).unwrap_err().to_string(), why);
        }
        let many: Vec<String> = (0..101).map(|number| format!("f{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(check_files(&files(&many)).is_err());
    }
}
