//! Saved tasks: what people and models make, and what starts when its time has come.

mod due;
mod firing;
mod manage;
mod rate;
mod schedule;
mod standing;
mod terms;

pub use manage::{RunTask, TaskChange};
pub use schedule::Cron;
pub use terms::{NewTask, TaskTerms};
