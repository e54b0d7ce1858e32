//! When a message is tried again: the schedule that Standard Webhooks advises.

use std::time::Duration;

use artel_domain::Timestamp;

/// The pause after each attempt that failed.
const PAUSES: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
    Duration::from_hours(24),
];

/// Attempts of one message, unless somebody asks for more.
pub const MOST_ATTEMPTS: usize = PAUSES.len() + 1;

/// How long until the next attempt; `None`: there is none.
///
/// # Arguments
/// * `ended`: how many attempts failed.
/// * `random`: adds up to a tenth, so that receivers that were down do not get everything at once.
pub(crate) fn pause_after(ended: usize, random: u8) -> Option<Duration> {
    let pause = *PAUSES.get(ended.checked_sub(1)?)?;
    Some(pause + pause / 10 * u32::from(random) / u32::from(u8::MAX))
}

/// The longest pause that a receiver may wish for: no longer than the last one of the schedule.
const LONGEST_WISH: Duration = Duration::from_hours(24);

/// How long the receiver wants to be left alone: the value of `Retry-After`, seconds or a date (RFC 9110, 10.2.3).
pub(crate) fn wished_pause(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let pause = if is_number {
        text.parse().map_or(LONGEST_WISH, Duration::from_secs)
    } else {
        let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
        Duration::try_from(until.duration_since(now)).ok()?
    };
    Some(pause.min(LONGEST_WISH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_further_and_further_apart_and_end() {
        let pauses: Vec<_> = (1..=10).map(|ended| pause_after(ended, 0)).collect();
        assert!(pauses[..9].windows(2).all(|pair| pair[0] < pair[1]), "{pauses:?}");
        assert_eq!((pauses[0], pauses[9]), (Some(Duration::from_secs(5)), None));
        assert_eq!(pause_after(1, u8::MAX), Some(Duration::from_millis(5500)));
        assert_eq!(pause_after(usize::MAX, 0), None);
    }

    #[test]
    fn a_wish_is_seconds_or_a_date_and_at_most_a_day() {
        let now = Timestamp::from_second(1_000_000_000).unwrap();
        let wish = |text| wished_pause(text, now);
        assert_eq!(wish(" 120 "), Some(Duration::from_mins(2)));
        assert_eq!(wish("Sun, 09 Sep 2001 01:47:40 GMT"), Some(Duration::from_mins(1)));
        assert_eq!(wish("Sun, 09 Sep 2001 01:46:00 GMT"), None, "a date that has passed is no wish");
        for long in ["86401", "99999999999999999999999"] {
            assert_eq!(wish(long), Some(LONGEST_WISH), "{long}");
        }
        for none in ["", "-1", "1.5", "soon"] {
            assert_eq!(wish(none), None, "{none:?}");
        }
    }
}
