use serde_json::{Value, json};

/// Consecutive messages of one role, as the protocol requires them.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) role: Role,
    pub(super) blocks: Vec<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    User,
    Assistant,
}

impl Turn {
    pub(super) fn is_user(&self) -> bool {
        self.role == Role::User
    }
}

impl From<Turn> for Value {
    fn from(turn: Turn) -> Self {
        let role = if turn.is_user() { "user" } else { "assistant" };
        json!({ "role": role, "content": turn.blocks })
    }
}
