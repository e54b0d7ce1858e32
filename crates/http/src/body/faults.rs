use std::fmt::Display;
use std::ops::RangeInclusive;

use artel_domain::names;

use crate::{FieldError, Problem};

/// A request that knows what types alone cannot say.
pub trait Checked: Sized {
    /// Notes everything that is wrong.
    fn check(&self, faults: &mut Faults) {
        let _ = faults;
    }

    /// What an empty body means, where one is allowed.
    fn when_absent() -> Option<Self> {
        None
    }
}

/// What is wrong with a request, place by place.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldError>);

impl Faults {
    /// Ok when nothing is wrong.
    pub fn of<T: Checked>(value: &T) -> Result<(), Problem> {
        let mut faults = Self::default();
        value.check(&mut faults);
        faults.result()
    }

    /// Nothing when nothing was wrong, else 422 with every fault that was added.
    pub fn result(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::invalid(self.0)) }
    }

    /// Nothing was wrong until now.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The places that are wrong.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|error| error.field.as_str())
    }

    /// 409 instead of 422: each part is right, but together they do not work.
    pub fn conflict(self, code: &'static str, message: &str) -> Problem {
        Problem::conflict(code, message).with_field_errors(self.0)
    }

    /// `field`: the place in the request, such as `items[2].name`. `message` ends the sentence that begins with it.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError { field: field.into(), message: message.into() });
    }

    /// Notes `message` unless `holds`.
    pub fn ensure(&mut self, holds: bool, field: &str, message: &str) {
        if !holds {
            self.add(field, message);
        }
    }

    /// A text's length in characters, when there is a text.
    pub fn length<'a>(&mut self, field: &str, text: impl Into<Option<&'a str>>, allowed: RangeInclusive<usize>) {
        let Some(text) = text.into() else { return };
        if !allowed.contains(&text.chars().count()) {
            self.add(field, format!("must have {} to {} characters", allowed.start(), allowed.end()));
        }
    }

    /// A name that rules, models and people know something by, when there is one.
    pub fn name<'a>(&mut self, field: &str, name: impl Into<Option<&'a str>>) {
        self.seen(field, name, 1..=200);
    }

    /// A text in one line that people read where they decide, when there is one: its length in characters, and that
    /// all of it is seen.
    pub fn seen<'a>(&mut self, field: &str, text: impl Into<Option<&'a str>>, allowed: RangeInclusive<usize>) {
        let Some(text) = text.into() else { return };
        self.length(field, text, allowed);
        if let Some(fault) = names::fault(text) {
            self.add(field, fault);
        }
    }

    /// A number, when there is one.
    pub fn range<N: PartialOrd + Display>(&mut self, field: &str, number: Option<N>, allowed: RangeInclusive<N>) {
        if number.is_some_and(|number| !allowed.contains(&number)) {
            self.add(field, format!("must be from {} to {}", allowed.start(), allowed.end()));
        }
    }
}
