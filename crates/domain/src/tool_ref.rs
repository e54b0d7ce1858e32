//! The identity of a tool, in one form for calls, approvals, rules and views.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ToolId;
use crate::words::words;

words! {
    /// Who executes a call, in the word of releases before [`ToolRef`].
    Executor { Server = "server", Client = "client", Control = "control" }
}

/// Which tool a call is made to. A registered tool that was changed has another version, and so another reference.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ToolRef {
    /// A tool that a tenant registered.
    Row {
        id: ToolId,
        /// The version that was current when the call was planned; 0 in records of releases that did not keep it.
        version: i64,
    },
    /// A tool that is part of the product.
    Builtin { name: String },
    /// A tool that the connected client executes.
    Client { name: String },
    /// A tool that the turn machine executes itself, because it steers the run.
    Control { name: String },
    /// An operation of a connector, on one of the accounts that are connected.
    Connector {
        connector: String,
        operation: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instance: Option<String>,
    },
    /// A tool of an MCP server.
    Mcp { server: String, tool: String },
}

impl ToolRef {
    pub fn builtin(name: &str) -> Self {
        Self::Builtin { name: name.to_owned() }
    }

    pub fn client(name: &str) -> Self {
        Self::Client { name: name.to_owned() }
    }

    pub fn control(name: &str) -> Self {
        Self::Control { name: name.to_owned() }
    }

    /// The id of a tenant's row; `None` for tools of other kinds.
    pub fn row_id(&self) -> Option<ToolId> {
        if let Self::Row { id, .. } = self { Some(*id) } else { None }
    }

    /// The connected client executes its calls, and a run waits for the result.
    pub fn is_client(&self) -> bool {
        matches!(self, Self::Client { .. })
    }

    /// The turn machine executes its calls, without a worker's help.
    pub fn is_control(&self) -> bool {
        matches!(self, Self::Control { .. })
    }

    /// The name that the reference itself holds: a connector's operation is `connector/operation`, an MCP server's tool
    /// `server/tool`. `None` for a tenant's row, whose name is in the row.
    pub fn own_name(&self) -> Option<String> {
        match self {
            Self::Row { .. } => None,
            Self::Builtin { name } | Self::Client { name } | Self::Control { name } => Some(name.clone()),
            Self::Connector { connector, operation, .. } => Some(format!("{connector}/{operation}")),
            Self::Mcp { server, tool } => Some(format!("{server}/{tool}")),
        }
    }
}

/// The members that releases before [`ToolRef`] read and wrote. They stay written beside it, because processes of two
/// releases share journals and rows during an upgrade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarlierRef {
    pub tool_id: Option<ToolId>,
    pub executor: Executor,
}

impl EarlierRef {
    pub fn of(tool: Option<&ToolRef>) -> Self {
        let executor = match tool {
            Some(ToolRef::Client { .. }) => Executor::Client,
            Some(ToolRef::Control { .. }) => Executor::Control,
            _ => Executor::Server,
        };
        Self { tool_id: tool.and_then(ToolRef::row_id), executor }
    }

    /// The reference that these members stand for in a call of `name`; `None` when there was no such tool.
    pub fn read(self, name: &str) -> Option<ToolRef> {
        match self.executor {
            Executor::Client => Some(ToolRef::client(name)),
            Executor::Control => Some(ToolRef::control(name)),
            Executor::Server => self.tool_id.map(|id| ToolRef::Row { id, version: 0 }),
        }
    }
}

#[cfg(test)]
mod tests;
