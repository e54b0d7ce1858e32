use jiff::civil::{Date, DateTime};
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use crate::Cell;

/// Whole numbers up to here are seconds since 1970, greater ones milliseconds.
const MOST_SECONDS: i64 = 100_000_000_000;
/// Beyond it a floating-point number does not say every whole number.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    Text,
    Integer,
    Number,
    Boolean,
    /// `2026-05-03`
    Date,
    /// UTC, `2026-05-03T10:00:00.000Z`
    Timestamp,
    /// Any value, as its JSON text.
    Json,
}

impl ColumnType {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::Json => "json",
        }
    }

    /// How SQLite declares it.
    pub(crate) fn declared(self) -> &'static str {
        match self {
            Self::Integer | Self::Boolean => "INTEGER",
            Self::Number => "REAL",
            Self::Text | Self::Date | Self::Timestamp | Self::Json => "TEXT",
        }
    }

    /// The cell of a value that is there.
    ///
    /// # Errors
    /// What the value is instead.
    pub(crate) fn read(self, value: &Value) -> Result<Cell, String> {
        let cell = match self {
            Self::Text => text(value),
            Self::Integer => integer(value),
            Self::Number => number(value),
            Self::Boolean => boolean(value),
            Self::Date => value.as_str().and_then(date).map(|date| Cell::Text(date.to_string())),
            Self::Timestamp => timestamp(value),
            Self::Json => Some(Cell::Text(value.to_string())),
        };
        cell.ok_or_else(|| format!("is {} that is no {}", name_of(value), self.as_str()))
    }
}

/// What JSON calls it.
pub(crate) fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn text(value: &Value) -> Option<Cell> {
    match value {
        Value::String(text) => Some(Cell::Text(text.clone())),
        Value::Number(_) | Value::Bool(_) => Some(Cell::Text(value.to_string())),
        _ => None,
    }
}

fn integer(value: &Value) -> Option<Cell> {
    let whole = match value {
        Value::Number(number) => number.as_i64().or_else(|| exact(number))?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    Some(Cell::Integer(whole))
}

/// 3.0 is 3.
fn exact(number: &Number) -> Option<i64> {
    let real = number.as_f64().filter(|real| real.fract() == 0.0 && real.abs() <= MOST_EXACT)?;
    Some(real as i64)
}

fn number(value: &Value) -> Option<Cell> {
    let real = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => {
            // Rust also reads `inf` and `nan`.
            let text = text.trim();
            let is_decimal = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E'));
            text.parse::<f64>().ok().filter(|_| is_decimal)?
        }
        _ => return None,
    };
    real.is_finite().then_some(Cell::Real(real))
}

fn boolean(value: &Value) -> Option<Cell> {
    let flag = match value {
        Value::Bool(flag) => *flag,
        Value::Number(number) => match number.as_i64()? {
            0 => false,
            1 => true,
            _ => return None,
        },
        Value::String(text) => match text.trim() {
            "true" | "True" | "TRUE" | "1" => true,
            "false" | "False" | "FALSE" | "0" => false,
            _ => return None,
        },
        _ => return None,
    };
    Some(Cell::Integer(i64::from(flag)))
}

/// A day as ISO 8601 or `03.05.2026`; of a time, the day that its text names.
pub(crate) fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    if let Some((day, month, year)) = dotted(text) {
        return Date::new(year, month, day).ok();
    }
    let has_time = text.len() > 10;
    if !text.is_ascii() || text.len() < 10 || (has_time && moment(text).is_none()) {
        return None;
    }
    text.get(..10)?.parse().ok()
}

fn dotted(text: &str) -> Option<(i8, i8, i16)> {
    let parts: Vec<&str> = text.split('.').collect();
    let [day, month, year] = parts.as_slice() else { return None };
    let is_so = day.len() == 2 && month.len() == 2 && year.len() == 4;
    is_so.then_some(())?;
    Some((day.parse().ok()?, month.parse().ok()?, year.parse().ok()?))
}

/// A point in time as ISO 8601. Without an offset it is UTC.
pub(crate) fn moment(text: &str) -> Option<jiff::Timestamp> {
    const PARSER: DateTimeParser = DateTimeParser::new();
    let text = text.trim();
    if let Ok(at) = PARSER.parse_timestamp(text) {
        return Some(at);
    }
    let civil: DateTime = PARSER.parse_datetime(text).ok()?;
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

fn timestamp(value: &Value) -> Option<Cell> {
    let at = match value {
        Value::String(text) => moment(text)?,
        Value::Number(number) => {
            let number = number.as_i64()?;
            if number.abs() < MOST_SECONDS {
                jiff::Timestamp::from_second(number).ok()?
            } else {
                jiff::Timestamp::from_millisecond(number).ok()?
            }
        }
        _ => return None,
    };
    // All have the same length, so that their order as texts is their order in time.
    Some(Cell::Text(format!("{at:.3}")))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Cell, ColumnType};

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn values_are_read_as_the_type_of_their_column() {
        use ColumnType::{Boolean, Date, Integer, Json, Number, Text, Timestamp};
        for (column, value, cell) in [
            (Text, json!("а"), text("а")),
            (Text, json!(1.50), text("1.5")),
            (Text, json!(true), text("true")),
            (Integer, json!(-3), Cell::Integer(-3)),
            (Integer, json!(3.0), Cell::Integer(3)),
            (Integer, json!(" 12 "), Cell::Integer(12)),
            (Integer, json!(i64::MAX), Cell::Integer(i64::MAX)),
            (Number, json!(2), Cell::Real(2.0)),
            (Number, json!("1.25"), Cell::Real(1.25)),
            (Number, json!("-1e3"), Cell::Real(-1000.0)),
            (Boolean, json!(false), Cell::Integer(0)),
            (Boolean, json!(1), Cell::Integer(1)),
            (Boolean, json!("true"), Cell::Integer(1)),
            (Date, json!("2026-05-03"), text("2026-05-03")),
            (Date, json!("03.05.2026"), text("2026-05-03")),
            (Date, json!("2026-05-03T23:30:00-05:00"), text("2026-05-03")),
            (Timestamp, json!("2026-05-03T10:00:00+03:00"), text("2026-05-03T07:00:00.000Z")),
            (Timestamp, json!("2026-05-03T10:00:00.1234567Z"), text("2026-05-03T10:00:00.123Z")),
            (Timestamp, json!("2026-05-03 10:00:00"), text("2026-05-03T10:00:00.000Z")),
            (Timestamp, json!("2026-05-03"), text("2026-05-03T00:00:00.000Z")),
            (Timestamp, json!(0), text("1970-01-01T00:00:00.000Z")),
            (Timestamp, json!(1_777_777_777_123_i64), text("2026-05-03T03:09:37.123Z")),
            (Json, json!({"b": [1, null], "a": "x"}), text(r#"{"b":[1,null],"a":"x"}"#)),
        ] {
            assert_eq!(column.read(&value), Ok(cell), "{column:?} {value}");
        }
    }

    #[test]
    fn what_does_not_fit_its_column_is_refused() {
        use ColumnType::{Boolean, Date, Integer, Number, Text, Timestamp};
        let cases: [(ColumnType, Vec<Value>); 6] = [
            (Text, vec![json!({}), json!([1])]),
            (Integer, vec![json!(1.5), json!("1.0"), json!(true), json!(1e300), json!(u64::MAX), json!("")]),
            (Number, vec![json!("1,5"), json!("inf"), json!("NaN"), json!("0x10"), json!("1 000"), json!("1e999")]),
            (Boolean, vec![json!(2), json!("да"), json!("yes"), json!(0.5)]),
            (Date, vec![json!("2026-02-30"), json!("31.02.2026"), json!("3.5.2026"), json!(1), json!("2026-05-03x")]),
            (Timestamp, vec![json!("yesterday"), json!("2026-13-01T00:00:00Z"), json!(1.5), json!(i64::MAX)]),
        ];
        for (column, values) in cases {
            for value in values {
                let why = column.read(&value).expect_err(&format!("{column:?} {value}"));
                assert!(why.ends_with(&format!("that is no {}", column.as_str())), "{why}");
            }
        }
    }
}
