//! Numbers as people see them in a sheet.

use jiff::civil::{DateTime, date};
use jiff::{SignedDuration, Unit};

/// How a style shows a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Look {
    #[default]
    Number,
    Percent,
    Date,
    Time,
    DateTime,
    /// A time that passed, in hours, which go on after the 24th.
    Hours,
    Minutes,
    Seconds,
}

/// Digits that a sheet keeps of a number.
const DIGITS: i32 = 15;
const SECONDS_OF_A_DAY: f64 = 86_400.0;
/// The last day of the year 9999: the last that a sheet knows.
const LAST_DAY: f64 = 2_958_466.0;

/// The text of a value; one that is no number stays as it is.
pub(super) fn shown(value: &str, look: Look, is_1904: bool) -> String {
    let Some(number) = value.parse::<f64>().ok().filter(|number| number.is_finite()) else { return value.to_owned() };
    match look {
        Look::Number => plain(number),
        Look::Percent => format!("{}%", plain(number * 100.0)),
        Look::Hours | Look::Minutes | Look::Seconds => passed(number, look).unwrap_or_else(|| plain(number)),
        look => moment(number, is_1904).map_or_else(|| plain(number), |moment| dated(moment, look)),
    }
}

/// Without the noise of binary fractions.
fn plain(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    let whole = number.abs().log10().floor() as i32;
    if !(-9..21).contains(&whole) {
        return format!("{number:e}");
    }
    let places = usize::try_from(DIGITS - 1 - whole).unwrap_or_default();
    let text = format!("{number:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Days since the last of 1899, of which Excel believes that it had a 29th of February 1900; or since 1904.
fn moment(days: f64, is_1904: bool) -> Option<DateTime> {
    if !(0.0..LAST_DAY).contains(&days) {
        return None;
    }
    let start = if is_1904 { date(1904, 1, 1) } else { date(1899, 12, if days < 60.0 { 31 } else { 30 }) };
    let seconds = (days * SECONDS_OF_A_DAY).round() as i64;
    start.at(0, 0, 0, 0).checked_add(SignedDuration::from_secs(seconds)).ok()?.round(Unit::Second).ok()
}

/// Hours, minutes and seconds of a number of days.
fn passed(days: f64, look: Look) -> Option<String> {
    let seconds = (0.0..LAST_DAY).contains(&days).then(|| (days * SECONDS_OF_A_DAY).round() as i64)?;
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    Some(match look {
        Look::Seconds => seconds.to_string(),
        Look::Minutes => format!("{}:{rest:02}", seconds / 60),
        _ if rest == 0 => format!("{hours}:{minutes:02}"),
        _ => format!("{hours}:{minutes:02}:{rest:02}"),
    })
}

fn dated(moment: DateTime, look: Look) -> String {
    let (date, time) = (moment.date(), moment.time());
    let time = if time.second() == 0 { time.strftime("%H:%M") } else { time.strftime("%H:%M:%S") };
    match look {
        Look::Time => time.to_string(),
        Look::DateTime => format!("{date} {time}"),
        _ => date.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Look, shown};

    #[test]
    fn a_number_is_shown_as_people_see_it() {
        let cases = [
            ("1", Look::Number, "1"),
            ("0.30000000000000004", Look::Number, "0.3"),
            ("-1234567.5", Look::Number, "-1234567.5"),
            ("4600000000000012345", Look::Number, "4600000000000012288"),
            ("1E-7", Look::Number, "0.0000001"),
            ("1e300", Look::Number, "1e300"),
            ("0.155", Look::Percent, "15.5%"),
            ("46147", Look::Date, "2026-05-05"),
            ("46147.5", Look::DateTime, "2026-05-05 12:00"),
            ("0.75", Look::Time, "18:00"),
            ("1.5", Look::Hours, "36:00"),
            ("41.669456018518517", Look::Hours, "1000:04:01"),
            ("0.0625", Look::Minutes, "90:00"),
            ("0.5", Look::Seconds, "43200"),
            ("-0.5", Look::Hours, "-0.5"),
            ("1", Look::Date, "1900-01-01"),
            ("-5", Look::Date, "-5"),
            ("1e18", Look::Date, "1000000000000000000"),
            ("NaN", Look::Date, "NaN"),
            ("no", Look::Number, "no"),
        ];
        for (value, look, expected) in cases {
            assert_eq!(shown(value, look, false), expected, "{value}");
        }
        assert_eq!(shown("0", Look::Date, true), "1904-01-01");
    }
}
