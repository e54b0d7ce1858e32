use std::time::{Duration, Instant};

use artel_domain::Timestamp;
use rstest::rstest;

use super::Cron;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn cron(line: &str, zone: &str) -> Cron {
    Cron::read(line, zone).unwrap()
}

/// The times of a line from midnight UTC of this day on, in UTC.
fn times(line: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
    let from = at(&format!("{from}T00:00:00Z"));
    cron(line, zone).next(from, count).iter().map(ToString::to_string).collect()
}

/// The lists were worked out by hand from the zones' rules, not with this code.
#[rstest]
// Berlin skips 02:00 to 03:00 on 2026-03-29, and has that hour twice on 2026-10-25.
#[case::a_skipped_time_comes_after_the_gap("30 2 * * *", "Europe/Berlin", "2026-03-28",
    &["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"])]
#[case::a_time_that_comes_twice_comes_once("30 2 * * *", "Europe/Berlin", "2026-10-24",
    &["2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"])]
#[case::an_hourly_line_follows_the_time_that_passes("0 * * * *", "Europe/Berlin", "2026-10-25",
    &["2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z"])]
#[case::a_morning_stays_a_morning("0 9 * * 1-5", "Europe/Berlin", "2026-03-27",
    &["2026-03-27T08:00:00Z", "2026-03-30T07:00:00Z", "2026-03-31T07:00:00Z"])]
// New York skips 02:00 to 03:00 on 2026-03-08, and has 01:00 to 02:00 twice on 2026-11-01.
#[case::new_york_in_spring("15 2 * * *", "America/New_York", "2026-03-07",
    &["2026-03-07T07:15:00Z", "2026-03-08T07:00:00Z", "2026-03-09T06:15:00Z"])]
#[case::new_york_in_autumn("30 1 * * *", "America/New_York", "2026-11-01",
    &["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z", "2026-11-03T06:30:00Z"])]
// Lord Howe's summer time is half an hour: 02:00 to 02:30 is skipped on 2026-10-04, 01:30 to 02:00 comes twice on
// 04-05.
#[case::half_an_hour_in_spring("15 2 * * *", "Australia/Lord_Howe", "2026-10-02",
    &["2026-10-02T15:45:00Z", "2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"])]
#[case::half_an_hour_in_autumn("45 1 * * *", "Australia/Lord_Howe", "2026-04-03",
    &["2026-04-03T14:45:00Z", "2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"])]
// Several times that are skipped, or come twice, are times of the day like one.
#[case::a_list_in_the_gap_comes_after_it("0,30 2 * * *", "Europe/Berlin", "2026-03-28",
    &["2026-03-28T01:00:00Z", "2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"])]
#[case::a_range_of_hours_comes_once("30 1-3 * * *", "Europe/Berlin", "2026-10-25",
    &["2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z", "2026-10-26T00:30:00Z", "2026-10-26T01:30:00Z"])]
#[case::a_step_of_minutes_comes_once("*/30 2 * * *", "Europe/Berlin", "2026-10-25",
    &["2026-10-25T00:30:00Z", "2026-10-26T01:00:00Z", "2026-10-26T01:30:00Z"])]
#[case::the_first_time_that_is_skipped("0 2 * * *", "Europe/Berlin", "2026-03-28",
    &["2026-03-28T01:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"])]
// Nuuk skips 23:00 to 24:00 on 2026-03-28.
#[case::a_gap_that_ends_at_midnight("30 23 * * *", "America/Nuuk", "2026-03-28",
    &["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"])]
#[case::a_leap_day("0 0 29 2 *", "UTC", "2026-01-01", &["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"])]
// Moscow has had no summer time since 2014.
#[case::moscow_has_no_summer_time("0 9 * * 1", "Europe/Moscow", "2026-03-23",
    &["2026-03-23T06:00:00Z", "2026-03-30T06:00:00Z", "2026-04-06T06:00:00Z"])]
#[case::six_fields_begin_with_seconds("*/20 0 0 1 1 *", "UTC", "2025-12-31",
    &["2026-01-01T00:00:00Z", "2026-01-01T00:00:20Z", "2026-01-01T00:00:40Z"])]
fn a_line_comes_when_the_clocks_of_its_zone_say_so(
    #[case] line: &str,
    #[case] zone: &str,
    #[case] from: &str,
    #[case] expected: &[&str],
) {
    assert_eq!(times(line, zone, from, expected.len()), expected);
}

#[rstest]
#[case::minute("61 * * * *", "has a wrong field \"61\" (minute): ")]
#[case::hour("0 24 * * *", "has a wrong field \"24\" (hour): ")]
#[case::day("0 0 32 * *", "has a wrong field \"32\" (day of month): ")]
#[case::month("0 0 1 13 *", "has a wrong field \"13\" (month): ")]
#[case::weekday("0 0 * * foo", "has a wrong field \"foo\" (day of week): ")]
#[case::second("x 0 0 * * *", "has a wrong field \"x\" (second): ")]
#[case::four("* * * *", "must have five fields, or six with seconds first; it has 4")]
#[case::seven("* * * * * * *", "must have five fields, or six with seconds first; it has 7")]
#[case::nickname("@daily * * * *", "has a wrong field \"@daily\" (minute): names such as @daily are not known here")]
fn a_wrong_line_is_refused_by_its_field(#[case] line: &str, #[case] message: &str) {
    let faults = Cron::read(line, "UTC").unwrap_err();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].field == "cron" && faults[0].message.starts_with(message), "{faults:?}");
}

#[rstest]
#[case("Mars/Olympus")]
#[case("+03:00")]
#[case("localtime")]
#[case("posixrules")]
#[case("Etc/Unknown")]
#[case("../etc/passwd")]
#[case("")]
fn a_zone_is_an_iana_name(#[case] zone: &str) {
    let faults = Cron::read("* * * * *", zone).unwrap_err();
    assert_eq!((faults.len(), faults[0].field.as_str()), (1, "timezone"));
}

#[test]
fn a_day_that_is_in_no_calendar_never_comes() {
    let begun = Instant::now();
    for line in ["0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "0 0 30 2 +1"] {
        assert_eq!(cron(line, "Europe/Moscow").after(at("2026-01-01T00:00:00Z")), None, "{line}");
    }
    assert!(begun.elapsed() < Duration::from_millis(100), "to know that took {:?}", begun.elapsed());
}

/// Every minute of the days around a change, by the offsets of the zone alone.
#[rstest]
#[case("Europe/Berlin", "2026-03-28T00:00:00Z")]
#[case("Europe/Berlin", "2026-10-24T00:00:00Z")]
#[case("America/New_York", "2026-03-07T12:00:00Z")]
#[case("America/New_York", "2026-10-31T12:00:00Z")]
#[case("Australia/Lord_Howe", "2026-10-03T00:00:00Z")]
#[case("Australia/Lord_Howe", "2026-04-04T00:00:00Z")]
fn a_line_of_every_ten_minutes_leaves_out_none_and_repeats_none(#[case] zone: &str, #[case] from: &str) {
    let from = at(from);
    let found = cron("*/10 * * * *", zone).next(from, 400);
    let expected: Vec<i64> = (1..=400).map(|step| from.as_second() + step * 600).collect();
    assert_eq!(found.iter().map(|time| time.as_second()).collect::<Vec<_>>(), expected);
}

#[rstest]
#[case("* * * * *", 60)]
#[case("0 9 * * 1", 60)]
#[case("* * * * * *", 1)]
#[case("*/10 * * * * *", 10)]
#[case("0,9 * * * * *", 9)]
#[case("0,55 * * * * *", 5)]
#[case("59 * * * * *", 60)]
fn a_line_says_how_close_its_times_may_be(#[case] line: &str, #[case] seconds: u64) {
    assert_eq!(cron(line, "UTC").least_gap(), std::time::Duration::from_secs(seconds));
}
