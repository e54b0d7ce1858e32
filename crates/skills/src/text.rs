use artel_domain::SkillName;
use artel_domain::skill::{LONGEST_SKILL_DESCRIPTION, LONGEST_SKILL_PROMPT, SKILL_FILE};
use artel_words::split_head;
use serde_json::{Map, Value};

use crate::BadSkill;

/// The most bytes of the head of a `SKILL.md`.
const LARGEST_HEAD: usize = 32 * 1024;
/// The most characters of the head's member `compatibility`.
const LONGEST_COMPATIBILITY: usize = 500;
/// What a `SKILL.md` may begin with.
const CORRECT: &str = "---\nname: weekly-report\ndescription: Writes the weekly report. Use when somebody asks for the \
                       week's figures.\n---\n";

/// What a `SKILL.md` says.
#[derive(Debug, Clone, PartialEq)]
pub struct SkillText {
    pub name: SkillName,
    pub description: String,
    /// The other members of its head: `license`, `compatibility`, `metadata`, `allowed-tools` and whatever there is.
    pub extra: Map<String, Value>,
    /// What stands behind its head.
    pub prompt: String,
}

impl SkillText {
    /// Reads a `SKILL.md`.
    ///
    /// # Errors
    /// `Invalid`, when it is none.
    pub fn read(text: &str) -> Result<Self, BadSkill> {
        let wrong = |what: &str| BadSkill::of(SKILL_FILE, format!("{what}; a correct beginning is:\n{CORRECT}"));
        let (yaml, body) = split_head(text).ok_or_else(|| wrong("must begin with front matter"))?;
        if yaml.len() > LARGEST_HEAD {
            return Err(wrong("has front matter of more than 32 KiB"));
        }
        let head = serde_saphyr::from_str::<Map<String, Value>>(yaml);
        let mut extra = head.map_err(|_| wrong("must begin with front matter that is YAML"))?;
        let mut take = |member: &str| match extra.remove(member) {
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(wrong(&format!("must have {member} as a text in its front matter"))),
            None => Err(wrong(&format!("must have {member} in its front matter"))),
        };
        let (name, description) = (take("name")?, take("description")?.trim().to_owned());
        let name = SkillName::parse(&name).map_err(|error| BadSkill::of("name", error.to_string()))?;
        check_description(&description)?;
        check_compatibility(&extra)?;
        let prompt = body.trim().to_owned();
        check_prompt(&prompt)?;
        Ok(Self { name, description, extra, prompt })
    }

    /// The text of its `SKILL.md`: read again, it is the same.
    pub fn write(&self) -> String {
        // JSON's strings, lists and objects are YAML's too.
        let mut head = format!("name: {}\ndescription: {}\n", self.name, Value::from(self.description.as_str()));
        for (member, value) in &self.extra {
            head.push_str(&Value::from(member.as_str()).to_string());
            head.push_str(": ");
            head.push_str(&value.to_string());
            head.push('\n');
        }
        format!("---\n{head}---\n\n{}\n", self.prompt)
    }
}

/// # Errors
/// `Invalid`, when it is no description of a skill.
pub fn check_description(description: &str) -> Result<(), BadSkill> {
    let length = description.chars().count();
    if description.trim().is_empty() || length > LONGEST_SKILL_DESCRIPTION {
        return Err(BadSkill::of("description", "must be 1 to 1024 characters that say what the skill does, and when"));
    }
    if description.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\t')) {
        return Err(BadSkill::of("description", "has a control character"));
    }
    Ok(())
}

/// # Errors
/// `Invalid`, when it is no prompt of a skill.
pub fn check_prompt(prompt: &str) -> Result<(), BadSkill> {
    let length = prompt.chars().count();
    if prompt.trim().is_empty() || length > LONGEST_SKILL_PROMPT {
        return Err(BadSkill::of("prompt", "must be 1 to 65536 characters that say how the work is done"));
    }
    if prompt.contains('\0') {
        return Err(BadSkill::of("prompt", "must have no NUL character"));
    }
    Ok(())
}

fn check_compatibility(extra: &Map<String, Value>) -> Result<(), BadSkill> {
    let is_good =
        |value: &Value| value.as_str().is_some_and(|text| (1..=LONGEST_COMPATIBILITY).contains(&text.chars().count()));
    if extra.get("compatibility").is_none_or(is_good) {
        return Ok(());
    }
    Err(BadSkill::of("compatibility", "must be a text of 1 to 500 characters"))
}

#[cfg(test)]
mod tests;
