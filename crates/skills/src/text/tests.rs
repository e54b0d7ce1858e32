use serde_json::json;

use super::*;

fn read(text: &str) -> Result<SkillText, String> {
    SkillText::read(text).map_err(|error| error.to_string())
}

#[test]
fn a_skill_is_read_and_written_as_it_was() {
    let text = "\u{feff}---\nname: weekly-report\ndescription: |\n  Пишет отчёт: \"за неделю\".\n  Use on Mondays.\n\
                license: MIT\nmetadata:\n  author: Ada\n  tags: [a, b]\nallowed-tools: Bash(git:*) Read\n---\n\n# How\n\n---\nmore\n";
    let skill = read(text).unwrap();
    assert_eq!(skill.name.as_str(), "weekly-report");
    assert_eq!(skill.description, "Пишет отчёт: \"за неделю\".\nUse on Mondays.");
    assert_eq!(skill.prompt, "# How\n\n---\nmore");
    assert_eq!(skill.extra["metadata"], json!({ "author": "Ada", "tags": ["a", "b"] }));
    assert_eq!(read(&skill.write()).unwrap(), skill);
}

#[test]
fn whatever_a_description_says_survives() {
    for description in [
        "# no comment",
        "a: b",
        "- x",
        "'\"\\/",
        "{}",
        "yes",
        "1.0",
        "null",
        "*a",
        "&a",
        "%",
        "@",
        "`",
        "é\u{301}😀",
        "a\tb\nc",
        "---",
        "...",
    ] {
        let skill = SkillText {
            name: SkillName::parse("a").unwrap(),
            description: description.to_owned(),
            extra: Map::from_iter([("a: b".to_owned(), json!([1, "x", null, { "c": 1.5 }]))]),
            prompt: "p".to_owned(),
        };
        assert_eq!(read(&skill.write()).unwrap(), skill, "{description:?}");
    }
}

#[test]
fn what_is_no_skill_is_refused_with_what_is_wrong() {
    let long = "x".repeat(1025);
    let head = |head: &str| format!("---\n{head}\n---\nbody");
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
                d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n\
                g: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\nname: a\ndescription: d";
    for (text, beginning) in [
        ("# no head".to_owned(), "SKILL.md must begin with front matter; a correct beginning is:\n---\nname: weekly"),
        (head("- a\n- b"), "SKILL.md must begin with front matter that is YAML;"),
        (head("name: [a\ndescription: d"), "SKILL.md must begin with front matter that is YAML;"),
        (head(bomb), "SKILL.md must begin with front matter that is YAML;"),
        (
            head(&format!("name: a\ndescription: d\nx: {}", "y".repeat(33_000))),
            "SKILL.md has front matter of more than",
        ),
        (head("description: d"), "SKILL.md must have name in its front matter;"),
        (head("name: a"), "SKILL.md must have description in its front matter;"),
        (head("name: 12\ndescription: d"), "SKILL.md must have name as a text in its front matter;"),
        (head("name: My Skill\ndescription: d"), "name must have only lower-case letters"),
        (head("name: a\ndescription: ' '"), "description must be 1 to 1024 characters"),
        (head(&format!("name: a\ndescription: {long}")), "description must be 1 to 1024 characters"),
        (head("name: a\ndescription: \"a\\u0007b\""), "description has a control character"),
        (head("name: a\ndescription: d\ncompatibility: 1"), "compatibility must be a text of 1 to 500"),
        ("---\nname: a\ndescription: d\n---\n \n".to_owned(), "prompt must be 1 to 65536 characters"),
    ] {
        let why = read(&text).unwrap_err();
        assert!(why.starts_with(beginning), "{why}\nis not\n{beginning}");
    }
}
