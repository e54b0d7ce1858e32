//! What SQLite's errors mean for whoever wrote the SQL.

use rusqlite::ErrorCode;

use super::{Failure, wall};

pub(super) fn of_sqlite(error: rusqlite::Error) -> Failure {
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => Failure::TooSlow(0),
        Some(ErrorCode::OutOfMemory | ErrorCode::DiskFull) => Failure::too_much_memory(),
        Some(ErrorCode::TooBig) => {
            let text = format!("a value has more than {} bytes; make it shorter", wall::LONGEST_VALUE);
            Failure::TooLarge(text)
        }
        _ => Failure::Refused(wall::said(error)),
    }
}
