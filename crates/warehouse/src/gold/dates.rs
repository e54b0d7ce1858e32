//! SQLite's functions of dates without the clock and the machine's time zone: with `now`, with no time at all, or with
//! `localtime` they would answer something else each time, so these calls fail.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Error, Result, params_from_iter};

/// The functions, and how many arguments stand before the time.
const FUNCTIONS: [(&str, usize); 7] =
    [("date", 0), ("time", 0), ("datetime", 0), ("julianday", 0), ("unixepoch", 0), ("strftime", 1), ("timediff", 0)];
const NO_CLOCK: &str = "a Gold table has no clock: give the time as a value, not as now or by leaving it out";
const NO_ZONE: &str = "a Gold table has no local time: leave localtime and utc out; times are UTC";

/// Puts them in the place of SQLite's own.
pub(super) fn replace(connection: &Connection) -> Result<()> {
    // SQLite's own functions are asked in a database of their own, once the arguments are known to be harmless.
    let plain = Arc::new(Mutex::new(Connection::open_in_memory()?));
    for (name, before) in FUNCTIONS {
        let plain = Arc::clone(&plain);
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
        connection.create_scalar_function(name, -1, flags, move |context| {
            check(context, name, before)?;
            ask(&plain.lock().unwrap_or_else(PoisonError::into_inner), name, context)
        })?;
    }
    Ok(())
}

fn check(context: &Context<'_>, name: &str, before: usize) -> Result<()> {
    if context.len() <= before {
        return Err(refused(NO_CLOCK));
    }
    let times = if name == "timediff" { 2 } else { 1 };
    for n in before..context.len() {
        let (ValueRef::Text(bytes) | ValueRef::Blob(bytes)) = context.get_raw(n) else { continue };
        let text = String::from_utf8_lossy(bytes);
        // SQLite reads a text up to its first NUL.
        let word = text.split('\0').next().unwrap_or_default().trim().to_ascii_lowercase();
        let is_time = n < before + times;
        if is_time && matches!(word.as_str(), "now" | "subsec" | "subsecond") {
            return Err(refused(NO_CLOCK));
        }
        if !is_time && matches!(word.as_str(), "localtime" | "utc") {
            return Err(refused(NO_ZONE));
        }
    }
    Ok(())
}

fn ask(plain: &Connection, name: &str, context: &Context<'_>) -> Result<Value> {
    let marks = vec!["?"; context.len()].join(",");
    let mut statement = plain.prepare_cached(&format!("SELECT {name}({marks})"))?;
    let arguments: Vec<Value> = (0..context.len()).map(|n| context.get(n)).collect::<Result<_>>()?;
    statement.query_row(params_from_iter(arguments), |row| row.get(0))
}

fn refused(text: &str) -> Error {
    Error::UserFunctionError(text.into())
}
