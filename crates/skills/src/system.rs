//! The skills that are part of the product. Their folders are in `system/`, and a test compares them with this list.

use std::sync::LazyLock;

use artel_domain::{Skill, SkillFile, SkillFileSize, SkillHead, SkillId, SkillPath, SkillScope};

use crate::{BadSkill, SkillText, check_files};

/// A skill that is part of the product.
#[derive(Debug, Clone)]
pub struct SystemSkill {
    pub skill: Skill,
    /// By path.
    pub files: Vec<SkillFile>,
}

/// A folder as the binary has it: its name, the text of its `SKILL.md`, its other files.
type Embedded = (&'static str, &'static str, &'static [(&'static str, &'static [u8])]);

macro_rules! folders {
    ($($name:literal: $($path:literal)*;)*) => {
        &[$((
            $name,
            include_str!(concat!("../system/", $name, "/SKILL.md")),
            &[$(($path, include_bytes!(concat!("../system/", $name, "/", $path)).as_slice())),*],
        )),*]
    };
}

const FOLDERS: &[Embedded] = folders! {
    "1c-query-helper": "references/errors.md" "references/tables.md" "templates/queries.md";
    "contract-checklist": "references/checklist.md" "templates/conclusion.md";
    "data-quality-check": "references/checks.md" "scripts/check_csv.py" "templates/report.md";
    "marketplace-review-reply": "references/platforms.md" "templates/replies.md";
    "meeting-minutes": "templates/minutes.en.md" "templates/minutes.ru.md";
    "weekly-sales-report": "references/figures.md" "scripts/weekly.py" "templates/report.en.md" "templates/report.ru.md";
};

static SYSTEM: LazyLock<Vec<SystemSkill>> =
    LazyLock::new(|| FOLDERS.iter().filter_map(|folder| read(folder).ok()).collect());

/// All of them, by name. Nobody changes them; whoever wants to, copies one.
pub fn system_skills() -> &'static [SystemSkill] {
    &SYSTEM
}

fn read((name, text, files): &Embedded) -> Result<SystemSkill, BadSkill> {
    let text = SkillText::read(text)?;
    if text.name.as_str() != *name {
        return Err(BadSkill::of("name", format!("is {}, and its folder is called {name}", text.name)));
    }
    let path = |path: &str| SkillPath::parse(path).map_err(|error| BadSkill::of("files", error.to_string()));
    let file = |(at, content): &(&str, &[u8])| Ok(SkillFile { path: path(at)?, content: content.to_vec() });
    let files = files.iter().map(file).collect::<Result<Vec<_>, BadSkill>>()?;
    check_files(&files)?;
    let size = |file: &SkillFile| SkillFileSize { path: file.path.clone(), bytes: file.content.len() as u64 };
    let sizes: Vec<SkillFileSize> = files.iter().map(size).collect();
    let head = SkillHead {
        id: SkillId::of_system(name),
        name: text.name,
        description: text.description,
        scope: SkillScope::System,
        is_enabled: true,
        bytes: text.prompt.len() as u64 + sizes.iter().map(|file| file.bytes).sum::<u64>(),
        author_id: None,
        created_at: None,
        updated_at: None,
    };
    Ok(SystemSkill { skill: Skill { head, extra: text.extra, prompt: text.prompt, files: sizes }, files })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use artel_words::Query;

    use super::*;

    fn files_of(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { files_of(&path, found) } else { found.push(path) }
        }
    }

    #[test]
    fn every_folder_is_in_the_binary_with_all_of_its_files() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("system");
        let mut found = Vec::new();
        files_of(&root, &mut found);
        let shown = |path: &PathBuf| path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        let there: BTreeSet<String> = found.iter().map(shown).collect();
        let listed = FOLDERS.iter().flat_map(|(name, _, files)| {
            std::iter::once(format!("{name}/SKILL.md"))
                .chain(files.iter().map(move |(path, _)| format!("{name}/{path}")))
        });
        assert_eq!(listed.collect::<BTreeSet<_>>(), there);
    }

    #[test]
    fn every_one_keeps_the_rules_of_agentskills() {
        assert_eq!(system_skills().len(), 6);
        let known = ["license", "compatibility", "metadata", "allowed-tools"];
        for folder in FOLDERS {
            let SystemSkill { skill, .. } = read(folder).unwrap();
            let name = &skill.head.name;
            for member in skill.extra.keys() {
                assert!(known.contains(&member.as_str()), "{name}: {member} is no member of a skill's head");
            }
            assert!(skill.prompt.lines().count() <= 500, "{name}: the rest belongs into files");
            assert_eq!(skill.head.id, SkillId::of_system(name.as_str()));
        }
        assert!(system_skills().is_sorted_by_key(|one| one.skill.head.name.clone()));
    }

    #[test]
    fn every_file_is_named_by_its_skill_and_every_name_is_a_file() {
        for SystemSkill { skill, files } in system_skills() {
            for file in files {
                assert!(skill.prompt.contains(file.path.as_str()), "{}: nobody reads {}", skill.head.name, file.path);
            }
            let words = skill.prompt.split(|letter: char| letter.is_whitespace() || "`()[],;".contains(letter));
            let names =
                words.filter(|word| ["templates/", "references/", "scripts/"].iter().any(|at| word.starts_with(at)));
            for name in names {
                let there = files.iter().any(|file| file.path.as_str() == name.trim_end_matches('.'));
                assert!(there, "{}: there is no {name}", skill.head.name);
            }
        }
    }

    #[test]
    fn every_one_is_found_in_both_languages_before_all_others() {
        for (query, expected) in [
            ("ответить на отзыв на Wildberries", "marketplace-review-reply"),
            ("answer a customer review on a marketplace", "marketplace-review-reply"),
            ("отчёт о продажах за неделю", "weekly-sales-report"),
            ("weekly sales report", "weekly-sales-report"),
            ("протокол совещания", "meeting-minutes"),
            ("write minutes of a meeting", "meeting-minutes"),
            ("проверить договор поставки", "contract-checklist"),
            ("review a contract for risks", "contract-checklist"),
            ("написать запрос 1С к регистру накопления", "1c-query-helper"),
            ("1C query language", "1c-query-helper"),
            ("проверить качество данных в таблице", "data-quality-check"),
            ("find duplicates and gaps in a csv", "data-quality-check"),
        ] {
            let query = Query::read(query).unwrap();
            let fits = |one: &SystemSkill| {
                query.coverage(&format!("{} {}", one.skill.head.name, one.skill.head.description), &one.skill.prompt)
            };
            let best = system_skills().iter().max_by(|one, other| fits(one).total_cmp(&fits(other))).unwrap();
            assert_eq!(best.skill.head.name.as_str(), expected, "{query:?}");
            let second = system_skills().iter().filter(|one| one.skill.head.name != best.skill.head.name).map(fits);
            assert!(second.fold(0.0, f64::max) < fits(best), "{query:?}");
        }
    }

    #[test]
    fn every_one_speaks_russian_and_english() {
        for SystemSkill { skill, .. } in system_skills() {
            let text = format!("{}\n{}", skill.head.description, skill.prompt);
            let letters = |range: fn(char) -> bool| text.chars().filter(|letter| range(*letter)).count();
            let (russian, english) =
                (letters(|c| matches!(c, 'а'..='я' | 'А'..='Я')), letters(|c| c.is_ascii_alphabetic()));
            assert!(russian > 600 && english > 600, "{}: {russian} and {english}", skill.head.name);
        }
    }
}
