//! What a tool notes about its call while it makes it.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::record::RequestRecord;

/// How a call went, beside what it came to. Secrets are masked in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Exchange {
    /// Times that the tool was really called; 0 when a check refused the call.
    pub attempts: u32,
    /// What was sent.
    pub request: Option<RequestRecord>,
    /// The HTTP status of the last attempt.
    pub status_code: Option<u16>,
    /// The answer was larger than what is read of one.
    pub truncated: bool,
    /// Nothing was called: a result of this age stands in for the call.
    pub cached_age_seconds: Option<u64>,
}

/// The [`Exchange`] of a call under way.
#[derive(Debug, Default)]
pub struct CallRecord(Mutex<Exchange>);

impl CallRecord {
    /// Changes what is known of the call.
    pub fn note(&self, change: impl FnOnce(&mut Exchange)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What is known of the call so far.
    pub fn so_far(&self) -> Exchange {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
