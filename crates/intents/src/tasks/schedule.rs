//! When cron lines come: which instants they mean in a time zone.

use std::time::Duration;

use artel_domain::{Fault, TaskSchedule, Timestamp};
use croner::parser::{CronParser, Seconds, Year};
use croner::{CronComponent, CronPattern, Weekday};
use jiff::Span;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};

const HOURS: usize = 24;
/// The fields of a cron line, the last five of six when there are no seconds.
const FIELDS: [&str; 6] = ["second", "minute", "hour", "day of month", "month", "day of week"];

/// No calendar day is further away: 29 February on a given day of the week comes at the latest after 40 years.
const LONGEST_WAIT_YEARS: i16 = 41;
/// Names of zone files that mean another place on each machine, or none.
const NO_PLACES: [&str; 4] = ["factory", "localtime", "posixrules", "unknown"];

/// A cron line in a time zone.
///
/// A line of every hour follows the time that passes. Every other line means times of the day: a time that the clocks
/// skip in spring comes at the first instant after the gap, and a time that comes twice in autumn comes once, the first
/// time.
#[derive(Debug, Clone)]
pub struct Cron {
    days: CronPattern,
    hours: Vec<i8>,
    minutes: Vec<i8>,
    seconds: Vec<i8>,
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
            (Ok(cron), Some(zone)) => Ok(Self::new(cron.pattern, zone)),
            (line, zone) => {
                let zone = zone.is_none().then(|| fault("timezone", "must be an IANA name such as Europe/Moscow"));
                Err(line.err().map(|message| fault("cron", message)).into_iter().chain(zone).collect())
            }
        }
    }

    fn new(days: CronPattern, zone: TimeZone) -> Self {
        let values =
            |field: &CronComponent| field.values().into_iter().filter_map(|value| value.try_into().ok()).collect();
        let (hours, minutes, seconds) = (values(&days.hours), values(&days.minutes), values(&days.seconds));
        Self { days, hours, minutes, seconds, zone }
    }

    /// A time than which no two times of the line are closer; a line that names one second of a minute has a minute.
    pub fn least_gap(&self) -> Duration {
        let again = self.seconds.first().map(|first| first + 60);
        let gaps = self.seconds.iter().zip(self.seconds.iter().skip(1).chain(&again)).map(|(one, next)| next - one);
        Duration::from_secs(gaps.min().and_then(|gap| gap.try_into().ok()).unwrap_or(60))
    }

    /// The first time after `after`; `None`: it never comes.
    pub fn after(&self, after: Timestamp) -> Option<Timestamp> {
        let last = self.local(after).date().checked_add(Span::new().years(LONGEST_WAIT_YEARS)).ok()?;
        if self.hours.len() == HOURS { self.after_by_time(after, last) } else { self.after_by_clock(after, last) }
    }

    /// Each time of day is looked for between two changes of the clocks, where it comes at most once.
    fn after_by_time(&self, after: Timestamp, last: Date) -> Option<Timestamp> {
        let mut from = self.local(after);
        let mut offset = self.zone.to_offset(after);
        let mut changes = self.zone.following(after);
        loop {
            let time = self.local_after(from, last)?.to_zoned(offset.to_time_zone()).ok()?.timestamp();
            let Some(change) = changes.next().filter(|change| change.timestamp() <= time) else { return Some(time) };
            offset = change.offset();
            from = offset.to_datetime(change.timestamp()).checked_sub(Span::new().nanoseconds(1)).ok()?;
        }
    }

    fn after_by_clock(&self, after: Timestamp, last: Date) -> Option<Timestamp> {
        let mut local = self.local(after);
        loop {
            local = self.local_after(local, last)?;
            let time = self.first_instant(local)?;
            if time > after {
                return Some(time);
            }
        }
    }

    /// Of a time that is skipped: the end of the gap.
    fn first_instant(&self, local: DateTime) -> Option<Timestamp> {
        match self.zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(local).ok(),
            AmbiguousOffset::Fold { before, .. } => before.to_timestamp(local).ok(),
            AmbiguousOffset::Gap { before, .. } => {
                let skipped = before.to_timestamp(local).ok()?;
                let change = self.zone.preceding(skipped + Duration::from_secs(1)).next()?;
                Some(change.timestamp())
            }
        }
    }

    fn local(&self, at: Timestamp) -> DateTime {
        self.zone.to_datetime(at)
    }

    /// The first time of day after this one that the line means, on whatever clock; not on a day after `last`.
    fn local_after(&self, after: DateTime, last: Date) -> Option<DateTime> {
        let mut date = after.date();
        let mut time = self.time_after(Some(after.time()));
        while date <= last {
            if !self.days.month_match(u32::try_from(date.month()).ok()?).ok()? {
                date = date.last_of_month().tomorrow().ok()?;
                time = self.time_after(None);
            } else if let Some(time) = time.filter(|_| self.is_on(date)) {
                return Some(date.to_datetime(time));
            } else {
                date = date.tomorrow().ok()?;
                time = self.time_after(None);
            }
        }
        None
    }

    fn is_on(&self, date: Date) -> bool {
        let (Ok(month), Ok(day)) = (u32::try_from(date.month()), u32::try_from(date.day())) else { return false };
        self.days.day_match(date.year().into(), month, day, weekday(date.weekday())).unwrap_or(false)
    }

    /// `None`: none is left on the day. After `None`: the first of a day.
    fn time_after(&self, after: Option<Time>) -> Option<Time> {
        let (hour, minute, second) = after.map_or((0, 0, -1), |after| (after.hour(), after.minute(), after.second()));
        let is_later = |values: &[i8], least: i8| values.iter().copied().find(|value| *value >= least);
        let first = |values: &[i8]| values.first().copied();
        if self.hours.contains(&hour) {
            if self.minutes.contains(&minute)
                && let Some(second) = is_later(&self.seconds, second + 1)
            {
                return Time::new(hour, minute, second, 0).ok();
            }
            if let Some(minute) = is_later(&self.minutes, minute + 1) {
                return Time::new(hour, minute, first(&self.seconds)?, 0).ok();
            }
        }
        let hour = is_later(&self.hours, hour + 1)?;
        Time::new(hour, first(&self.minutes)?, first(&self.seconds)?, 0).ok()
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

fn weekday(day: jiff::civil::Weekday) -> Weekday {
    use jiff::civil::Weekday as Day;
    match day {
        Day::Monday => Weekday::Monday,
        Day::Tuesday => Weekday::Tuesday,
        Day::Wednesday => Weekday::Wednesday,
        Day::Thursday => Weekday::Thursday,
        Day::Friday => Weekday::Friday,
        Day::Saturday => Weekday::Saturday,
        Day::Sunday => Weekday::Sunday,
    }
}

/// Names, not offsets: those know no summer time. The system's own clock means something else on each machine.
fn zone(name: &str) -> Option<TimeZone> {
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || "/_+-".contains(c));
    let last = name.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    if is_name && !NO_PLACES.contains(&last.as_str()) { TimeZone::get(name).ok() } else { None }
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
