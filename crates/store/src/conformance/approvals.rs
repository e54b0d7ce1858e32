//! Promises about approvals.
