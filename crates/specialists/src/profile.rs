use std::sync::LazyLock;

use artel_domain::Specialist;
use serde::Deserialize;

/// The profile of a specialist.
#[derive(Debug, Clone, Deserialize)]
pub struct Profile {
    #[serde(rename = "type")]
    pub specialist: Specialist,
    pub name: String,
    pub emoji: String,
    pub description_ru: String,
    pub description_en: String,
    /// Tools that the connected client executes, if it supports them.
    pub tools: Vec<String>,
    /// Control tools, which the turn machine executes.
    pub control_tools: Vec<String>,
    /// The ending of the files that it may write; absent: all files.
    #[serde(default)]
    pub write_suffix: Option<String>,
    /// The restrictions in words, for people.
    pub restrictions_ru: Vec<String>,
    pub restrictions_en: Vec<String>,
    pub capabilities: Vec<String>,
    #[serde(skip)]
    pub prompt: &'static str,
}

static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let mut profiles: Vec<Profile> = serde_json::from_str(include_str!("../data/specialists.json")).unwrap_or_default();
    for profile in &mut profiles {
        profile.prompt = prompt(profile.specialist);
    }
    profiles
});

fn prompt(specialist: Specialist) -> &'static str {
    match specialist {
        Specialist::Orchestrator => include_str!("../data/prompts/orchestrator.md"),
        Specialist::Coder => include_str!("../data/prompts/coder.md"),
        Specialist::Architect => include_str!("../data/prompts/architect.md"),
        Specialist::Debug => include_str!("../data/prompts/debug.md"),
        Specialist::Ask => include_str!("../data/prompts/ask.md"),
    }
}

/// The profiles of all five specialists, the orchestrator first.
pub fn profiles() -> &'static [Profile] {
    &PROFILES
}

/// # Panics
/// Never: a test reads the data file and finds all five.
pub fn profile(specialist: Specialist) -> &'static Profile {
    let index = Specialist::ALL.iter().position(|known| *known == specialist).unwrap_or_default();
    &PROFILES[index]
}

/// The specialist of this name; older names of clients are known too.
pub fn parse(name: &str) -> Option<Specialist> {
    let name = name.trim().to_lowercase();
    match name.as_str() {
        // The names of the single agent of clients without specialists.
        "code" | "universal" => Some(Specialist::Coder),
        "plan" => Some(Specialist::Architect),
        "explain" => Some(Specialist::Ask),
        name => Specialist::parse(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_file_has_all_five_in_the_order_of_their_type() {
        let listed: Vec<Specialist> = profiles().iter().map(|profile| profile.specialist).collect();
        assert_eq!(listed, Specialist::ALL);
        for specialist in Specialist::ALL {
            assert_eq!(profile(specialist).specialist, specialist);
            assert!(!profile(specialist).prompt.trim().is_empty());
        }
    }

    #[test]
    fn older_names_are_known_and_unknown_names_are_not() {
        let known = [
            ("code", Specialist::Coder),
            ("plan", Specialist::Architect),
            ("explain", Specialist::Ask),
            ("Debug", Specialist::Debug),
        ];
        for (name, specialist) in known {
            assert_eq!(parse(name), Some(specialist), "{name}");
        }
        assert_eq!(parse("hacker"), None);
        assert_eq!(parse(""), None);
    }
}
