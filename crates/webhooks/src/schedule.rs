//! When a message is tried again: the schedule that Standard Webhooks advises.

use std::time::Duration;

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
/// * `number`: of the attempt that failed, from 1.
/// * `random`: adds up to a tenth, so that receivers that were down do not get everything at once.
pub(crate) fn pause_after(number: i64, random: u8) -> Option<Duration> {
    let index = usize::try_from(number).ok()?.checked_sub(1)?;
    let pause = *PAUSES.get(index)?;
    Some(pause + pause / 10 * u32::from(random) / u32::from(u8::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_further_and_further_apart_and_end() {
        let pauses: Vec<_> = (1..=10).map(|number| pause_after(number, 0)).collect();
        assert!(pauses[..9].windows(2).all(|pair| pair[0] < pair[1]), "{pauses:?}");
        assert_eq!((pauses[0], pauses[9]), (Some(Duration::from_secs(5)), None));
        assert_eq!(pause_after(1, u8::MAX), Some(Duration::from_millis(5500)));
        assert_eq!(pause_after(i64::MAX, 0), None);
    }
}
