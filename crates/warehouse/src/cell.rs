use serde_json::Value;

/// A value as a table holds it.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
}

impl Cell {
    /// The cell of a value that a table gave: numbers and texts are themselves, everything else is its JSON text.
    pub fn of_result(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Integer(i64::from(flag)),
            Value::Number(number) => match number.as_i64() {
                Some(integer) => Self::Integer(integer),
                None => number.as_f64().map_or(Self::Null, Self::Real),
            },
            Value::String(text) => Self::Text(text),
            other => Self::Text(other.to_string()),
        }
    }
}

/// How people and models see it. A number that JSON cannot say is `null`.
impl From<Cell> for Value {
    fn from(cell: Cell) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Integer(integer) => integer.into(),
            Cell::Real(real) => real.into(),
            Cell::Text(text) => text.into(),
        }
    }
}
