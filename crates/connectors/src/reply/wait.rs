//! Times that a service tells: how long to wait.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::HttpReply;
use crate::schema::{Connector, Unit, Wait};

/// The longest wait that is believed.
const MAX_WAIT: Duration = Duration::from_hours(24);

/// The first time that the reply tells, or the usual one.
pub(super) fn first(waits: &[Wait], otherwise_seconds: u32, reply: &HttpReply<'_>, body: Option<&Value>) -> Duration {
    let told = waits.iter().find_map(|wait| wait_of(wait, reply, body));
    told.unwrap_or(Duration::from_secs(otherwise_seconds.into()))
}

/// How long the reply asks to wait; `None` when it does not say.
pub fn wait_of(wait: &Wait, reply: &HttpReply<'_>, body: Option<&Value>) -> Option<Duration> {
    let text = match (&wait.header, &wait.at) {
        (Some(name), _) => reply.headers.get(name)?.to_str().ok()?.trim().to_owned(),
        (None, Some(at)) => match at.find(body?)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        },
        (None, None) => return None,
    };
    told(&text, wait.unit, reply.now).map(|wait| wait.min(MAX_WAIT))
}

/// After a reply that says that nothing is left: how long the next request waits.
pub fn announced_hold(connector: &Connector, reply: &HttpReply<'_>) -> Option<Duration> {
    let announced = connector.announced.as_ref()?;
    let remaining = reply.headers.get(&announced.remaining)?.to_str().ok()?.trim().parse::<f64>().ok()?;
    if remaining >= 1.0 {
        return None;
    }
    wait_of(&announced.reset, reply, None)
}

fn told(text: &str, unit: Unit, now: Timestamp) -> Option<Duration> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    match (unit, number) {
        (Unit::SecondsOrDate, Some(seconds)) => from_seconds(seconds),
        (Unit::SecondsOrDate, None) => date(text).map(|date| until(date, now)),
        (Unit::Milliseconds, Some(millis)) => from_seconds(millis / 1000.0),
        (Unit::EpochSeconds, Some(seconds)) => Some(until(Timestamp::from_second(seconds as i64).ok()?, now)),
        (Unit::EpochMilliseconds, Some(millis)) => Some(until(Timestamp::from_millisecond(millis as i64).ok()?, now)),
        (_, None) => None,
    }
}

fn from_seconds(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds.max(0.0)).ok()
}

/// An HTTP date or one of RFC 3339.
fn date(text: &str) -> Option<Timestamp> {
    let zoned = jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp());
    zoned.or_else(|| text.parse().ok())
}

fn until(then: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(then.duration_since(now)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::told;
    use crate::schema::Unit;

    #[test]
    fn every_form_of_time_is_understood() {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        for (text, unit, seconds) in [
            ("30", Unit::SecondsOrDate, Some(30.0)),
            ("0.5", Unit::SecondsOrDate, Some(0.5)),
            ("-3", Unit::SecondsOrDate, Some(0.0)),
            ("Tue, 14 Nov 2023 22:14:20 GMT", Unit::SecondsOrDate, Some(60.0)),
            ("2023-11-14T22:13:25Z", Unit::SecondsOrDate, Some(5.0)),
            ("1500", Unit::Milliseconds, Some(1.5)),
            ("1700000010", Unit::EpochSeconds, Some(10.0)),
            ("1600000010", Unit::EpochSeconds, Some(0.0)),
            ("1700000000250", Unit::EpochMilliseconds, Some(0.25)),
            ("soon", Unit::SecondsOrDate, None),
            ("NaN", Unit::SecondsOrDate, None),
        ] {
            assert_eq!(told(text, unit, now), seconds.map(Duration::from_secs_f64), "{text}");
        }
    }
}
