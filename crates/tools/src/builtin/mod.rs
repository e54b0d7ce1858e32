//! Tools that are part of this binary. A tenant's row of `execution_type: internal` names one of them.

mod calculator;
mod current_time;
mod echo;
mod exit;
mod message_compose;
pub(crate) mod request_form;
pub(crate) mod row;
mod run_subagent;
#[cfg(test)]
pub(crate) mod testing;
mod typed;

use std::sync::Arc;

use artel_domain::ToolDefinition;

use crate::tool::Tool;

pub use request_form::KnownServices;
pub use typed::{Builtin, Typed};

/// All built-in tools.
pub fn builtins() -> Vec<Arc<dyn Tool>> {
    vec![
        // One line each, in alphabetical order.
        Arc::new(Typed::new(calculator::Calculator)),
        Arc::new(Typed::new(current_time::CurrentTime)),
        Arc::new(Typed::new(echo::Echo)),
        Arc::new(Typed::new(exit::Exit)),
        Arc::new(Typed::new(request_form::RequestForm::default())),
        Arc::new(Typed::new(run_subagent::RunSubagent)),
    ]
}

/// The built-in tools that make files: for installations that keep files.
pub fn keeping_builtins() -> Vec<Arc<dyn Tool>> {
    vec![
        // One line each, in alphabetical order.
        Arc::new(Typed::new(message_compose::MessageCompose)),
    ]
}

/// The name of the function that an internal tool means: its `endpoint` when it has one, else its own name.
pub fn function_name(tool: &ToolDefinition) -> &str {
    tool.endpoint.as_deref().filter(|endpoint| !endpoint.is_empty()).unwrap_or(&tool.name)
}

#[cfg(test)]
mod tests;
