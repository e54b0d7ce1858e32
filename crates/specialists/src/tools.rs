use std::sync::LazyLock;

use artel_domain::{EffectClass, ToolSpec, names};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The tools that a client is assumed to execute when it does not list its tools.
pub const COMMON: [&str; 6] =
    ["read_file", "write_file", "list_files", "create_directory", "execute_command", "search_in_code"];

/// A tool of the specialists.
#[derive(Debug, Clone, Deserialize)]
pub struct SpecialistTool {
    pub name: String,
    pub description: String,
    /// The JSON Schema of its arguments.
    pub input_schema: Value,
    pub effect: EffectClass,
}

impl SpecialistTool {
    /// The tool as a model gets it.
    pub fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: self.name.clone(),
            description: self.description.clone(),
            input_schema: self.input_schema.clone(),
            rest: Map::new(),
        }
    }
}

#[derive(Default, Deserialize)]
struct ToolsFile {
    client: Vec<SpecialistTool>,
    control: Vec<SpecialistTool>,
}

static TOOLS: LazyLock<ToolsFile> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/tools.json")).unwrap_or_default());

/// The tools that a client executes.
pub fn client_tools() -> &'static [SpecialistTool] {
    &TOOLS.client
}

/// The client tool of this name, or of the one that is another name of it.
pub fn client_tool(name: &str) -> Option<&'static SpecialistTool> {
    let called = |name: &str| TOOLS.client.iter().find(|tool| tool.name == name);
    called(name).or_else(|| called(names::alias(name)?))
}

/// The control tool of this name.
pub fn control_tool(name: &str) -> Option<&'static SpecialistTool> {
    TOOLS.control.iter().find(|tool| tool.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profiles;

    #[test]
    fn every_tool_of_a_profile_is_described() {
        for profile in profiles() {
            for tool in &profile.tools {
                assert!(client_tool(tool).is_some(), "{tool}");
            }
            for tool in &profile.control_tools {
                assert!(control_tool(tool).is_some(), "{tool}");
            }
        }
        for tool in COMMON {
            assert!(client_tool(tool).is_some(), "{tool}");
        }
    }
}
