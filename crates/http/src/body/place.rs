//! Where something is in a JSON value.

use std::fmt;

use serde_json::Value;

/// The way from the root to a member: names and indices, so that a name with a dot in it is not taken for two.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Place(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Name(String),
    Index(usize),
}

impl Place {
    pub(super) fn of(path: &serde_ignored::Path<'_>) -> Self {
        use serde_ignored::Path;
        match path {
            Path::Root => Self::default(),
            Path::Seq { parent, index } => Self::of(parent).then(Step::Index(*index)),
            Path::Map { parent, key } => Self::of(parent).then(Step::Name(key.clone())),
            Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => {
                Self::of(parent)
            }
        }
    }

    /// Every place whose name or text has a NUL character.
    pub(super) fn of_nuls(value: &Value) -> Vec<Self> {
        let mut found = Vec::new();
        Self::default().note_nuls(value, &mut found);
        found
    }

    pub(super) fn is_within(&self, outer: &Self) -> bool {
        self.0.starts_with(&outer.0)
    }

    fn note_nuls(&self, value: &Value, found: &mut Vec<Self>) {
        match value {
            Value::String(text) if text.contains('\0') => found.push(self.clone()),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.clone().then(Step::Index(index)).note_nuls(item, found);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    let inner = self.clone().then(Step::Name(name.clone()));
                    if name.contains('\0') { found.push(inner) } else { inner.note_nuls(member, found) }
                }
            }
            _ => {}
        }
    }

    fn then(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }
}

/// `llm_params.stop[0]`
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Step::Name(name) if i == 0 => f.write_str(name)?,
                Step::Name(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
