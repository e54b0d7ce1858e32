//! What the text of a SELECT may do, decided while SQLite compiles it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::config::DbConfig;
use rusqlite::fallible_iterator::FallibleIterator as _;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::{Batch, Connection, ErrorCode, Statement};

use super::functions::is_allowed;
use super::{Failure, LONGEST_SQL, dates};

/// Bytes of one text, and of one row of an intermediate result.
pub(super) const LONGEST_VALUE: i32 = 4 << 20;
/// SQLite's limits for a hostile text.
const LIMITS: [(Limit, i32); 12] = [
    (Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE),
    (Limit::SQLITE_LIMIT_SQL_LENGTH, 4 * LONGEST_SQL as i32),
    (Limit::SQLITE_LIMIT_COLUMN, 400),
    (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
    (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 50),
    (Limit::SQLITE_LIMIT_VDBE_OP, 100_000),
    (Limit::SQLITE_LIMIT_FUNCTION_ARG, 100),
    (Limit::SQLITE_LIMIT_ATTACHED, 0),
    (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200),
    (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 0),
    (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 0),
    (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
];
/// Table functions of SQLite that only look at their arguments.
const TABLE_FUNCTIONS: [&str; 2] = ["json_each", "json_tree"];

/// What begins the names of tables that tell of the database.
const SQLITES_OWN: [&str; 3] = ["sqlite_", "pragma_", "dbstat"];

/// The tables that the text was seen to read, and what it was refused.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) tables: BTreeSet<String>,
    refused: Option<String>,
}

/// Puts the wall up. The tables are there already, empty or not; nothing else is created from now on.
pub(super) fn close(connection: &Connection, tables: &BTreeSet<String>) -> rusqlite::Result<Arc<Mutex<Seen>>> {
    dates::replace(connection)?;
    for (limit, value) in LIMITS {
        connection.set_limit(limit, value)?;
    }
    for (config, value) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
    ] {
        connection.set_db_config(config, value)?;
    }
    let seen = Arc::new(Mutex::new(Seen::default()));
    let (noted, tables) = (Arc::clone(&seen), tables.clone());
    connection.authorizer(Some(move |context: AuthContext<'_>| {
        let mut seen = noted.lock().unwrap_or_else(PoisonError::into_inner);
        match judge(&context, &tables, &mut seen.tables) {
            None => Authorization::Allow,
            Some(why) => {
                seen.refused.get_or_insert(why);
                Authorization::Deny
            }
        }
    }))?;
    Ok(seen)
}

/// Why an action is refused.
fn judge(context: &AuthContext<'_>, tables: &BTreeSet<String>, seen: &mut BTreeSet<String>) -> Option<String> {
    match context.action {
        AuthAction::Select | AuthAction::Recursive => None,
        AuthAction::Read { table_name, column_name } => {
            let name = table_name.to_ascii_lowercase();
            if tables.contains(&name) {
                seen.insert(name);
                return None;
            }
            // Where no column is read, the name is as the text has it: that of a part of the text, too.
            let is_part = column_name.is_empty() && !SQLITES_OWN.iter().any(|own| name.starts_with(own));
            let is_function = TABLE_FUNCTIONS.contains(&name.as_str());
            (!is_function && !is_part)
                .then(|| format!("the table {table_name} cannot be read; read silver_, bronze_ or gold_ tables"))
        }
        AuthAction::Function { function_name } => (!is_allowed(function_name)).then(|| {
            format!("the function {function_name} cannot be called: a Gold table has no chance, clock or files")
        }),
        _ => Some("only one SELECT is possible: it may read tables and nothing else".to_owned()),
    }
}

/// Compiles a text that is one SELECT.
pub(super) fn compile<'c>(connection: &'c Connection, seen: &Mutex<Seen>, sql: &str) -> Result<Statement<'c>, Failure> {
    let refused = |text: &str| Failure::Refused(text.to_owned());
    if sql.chars().count() > LONGEST_SQL {
        return Err(Failure::Refused(format!("the text has more than {LONGEST_SQL} characters; write a shorter one")));
    }
    if sql.contains('\0') {
        return Err(refused("the text holds a NUL character; leave it out"));
    }
    let mut statements = Batch::new(connection, sql);
    let first = statements.next().map_err(|error| explained(error, seen))?;
    let Some(statement) = first else { return Err(refused("the text holds no SELECT; write one")) };
    if !matches!(statements.next(), Ok(None)) {
        return Err(refused("the text holds more than one statement; write one SELECT"));
    }
    if statement.is_explain() != 0 || !statement.readonly() || statement.column_count() == 0 || !is_select(sql) {
        return Err(refused("the text is no SELECT; it must begin with SELECT or WITH"));
    }
    Ok(statement)
}

fn is_select(sql: &str) -> bool {
    let mut rest = sql.trim_start();
    loop {
        let after = if let Some(line) = rest.strip_prefix("--") {
            line.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(block) = rest.strip_prefix("/*") {
            block.split_once("*/").map_or("", |(_, after)| after)
        } else if let Some(after) = rest.strip_prefix(';') {
            after
        } else {
            break;
        };
        rest = after.trim_start();
    }
    let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
    word.eq_ignore_ascii_case("select") || word.eq_ignore_ascii_case("with")
}

/// What SQLite said about the text.
fn explained(error: rusqlite::Error, seen: &Mutex<Seen>) -> Failure {
    if let Some(why) = &seen.lock().unwrap_or_else(PoisonError::into_inner).refused {
        return Failure::Refused(why.clone());
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::OutOfMemory) => Failure::too_much_memory(),
        Some(ErrorCode::TooBig) => Failure::TooLarge("the text is too large for the database; write less".to_owned()),
        Some(ErrorCode::OperationInterrupted) => Failure::TooSlow(0),
        _ => Failure::Refused(said(error)),
    }
}

/// SQLite's words.
pub(super) fn said(error: rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqlInputError { msg, sql, offset, .. } => {
            let at = usize::try_from(offset).ok().and_then(|offset| sql.get(..offset)).map(|text| text.chars().count());
            at.map_or_else(|| msg.clone(), |at| format!("{msg}, at character {}", at + 1))
        }
        rusqlite::Error::SqliteFailure(_, Some(text)) => text,
        other => other.to_string(),
    }
}
