//! When cron lines come: which instants they mean in a time zone.

use std::time::Duration;

use artel_domain::{Fault, TaskSchedule, Timestamp};
use croner::parser::{CronParser, Seconds, Year};
use jiff::tz::TimeZone;

/// The fields of a cron line, the last five of six when there are no seconds.
const FIELDS: [&str; 6] = ["second", "minute", "hour", "day of month", "month", "day of week"];

/// A cron line in a time zone.
///
/// A line with a fixed hour or minute whose time the clocks skip in spring comes at the first instant after the gap,
/// and one whose time comes twice in autumn comes once, at the first of them. A line with `*` follows the time that
/// passes. So does vixie-cron.
#[derive(Debug, Clone)]
pub struct Cron {
    cron: croner::Cron,
    zone: TimeZone,
}

impl Cron {
    /// # Arguments
    /// * `cron`: five fields, or six with seconds first.
    /// * `timezone`: an IANA name such as `Europe/Moscow`.
    ///
    /// # Errors
    /// What is wrong with `cron`, naming the field, and with `timezone`.
    pub fn read(cron: &str, timezone: &str) -> Result<Self, Vec<Fault>> {
        let (line, zone) = (parse(cron), zone(timezone));
        match (line, zone) {
            (Ok(cron), Some(zone)) => Ok(Self { cron, zone }),
            (line, zone) => {
                let zone = zone.is_none().then(|| fault("timezone", "must be an IANA name such as Europe/Moscow"));
                Err(line.err().map(|message| fault("cron", message)).into_iter().chain(zone).collect())
            }
        }
    }

    /// A time than which no two times of the line are closer; a line that names one second of a minute has a minute.
    pub fn least_gap(&self) -> Duration {
        let seconds = self.cron.pattern.seconds.values();
        let again = seconds.first().map(|first| first + 60);
        let gaps = seconds.iter().zip(seconds.iter().skip(1).chain(&again)).map(|(one, next)| next - one);
        Duration::from_secs(gaps.min().unwrap_or(60).into())
    }

    /// The first time after `after`; `None`: it never comes.
    pub fn after(&self, after: Timestamp) -> Option<Timestamp> {
        let next = self.cron.find_next_occurrence(&after.to_zoned(self.zone.clone()), false).ok()?;
        Some(next.timestamp()).filter(|next| *next > after)
    }

    /// The first `count` times after `after`.
    pub fn next(&self, after: Timestamp, count: usize) -> Vec<Timestamp> {
        std::iter::successors(self.after(after), |last| self.after(*last)).take(count).collect()
    }
}

/// The next `count` times of a schedule after `after`. A schedule that was read before can be read.
pub(crate) fn times(schedule: &TaskSchedule, after: Timestamp, count: usize) -> Vec<Timestamp> {
    match schedule {
        TaskSchedule::Once { at } => Some(*at).filter(|at| *at > after).into_iter().collect(),
        TaskSchedule::Cron { cron, timezone } => {
            Cron::read(cron, timezone).map(|cron| cron.next(after, count)).unwrap_or_default()
        }
    }
}

/// Names, not offsets: those know no summer time. The system's own clock means something else on each machine.
fn zone(name: &str) -> Option<TimeZone> {
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || "/_+-".contains(c));
    if is_name { TimeZone::get(name).ok() } else { None }
}

/// The error says which field is wrong.
fn parse(line: &str) -> Result<croner::Cron, String> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    if !matches!(fields.len(), 5 | 6) {
        return Err(format!("must have five fields, or six with seconds first; it has {}", fields.len()));
    }
    let names = &FIELDS[FIELDS.len() - fields.len()..];
    let wrong = (0..fields.len()).find_map(|at| alone(&fields, at).err().map(|why| (at, why)));
    if let Some((at, why)) = wrong {
        return Err(format!("has a wrong field \"{}\" ({}): {why}", fields[at], names[at]));
    }
    parser(line).map_err(|why| format!("cannot be read: {why}"))
}

/// Reads one field of the line, with `*` in place of the others.
fn alone(fields: &[&str], at: usize) -> Result<(), String> {
    let line: Vec<&str> = (0..fields.len()).map(|place| if place == at { fields[at] } else { "*" }).collect();
    parser(&line.join(" ")).map(|_| ())
}

fn parser(line: &str) -> Result<croner::Cron, String> {
    if line.contains('@') {
        return Err("names such as @daily are not known here".to_owned());
    }
    let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build();
    parser.parse(line).map_err(|error| error.to_string())
}

fn fault(field: &str, message: impl Into<String>) -> Fault {
    Fault { field: field.to_owned(), message: message.into() }
}

#[cfg(test)]
mod tests;
