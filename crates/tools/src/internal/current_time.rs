use artel_domain::Clock;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Internal;

/// What time it is, here or elsewhere.
pub(super) struct CurrentTime;

#[derive(Deserialize)]
pub(super) struct Args {
    timezone: Option<String>,
}

impl Internal for CurrentTime {
    const NAME: &'static str = "current_time";
    const DESCRIPTION: &'static str = "Returns the current date and time, in UTC and in a time zone if one is given.";
    type Args = Args;

    fn schema() -> Value {
        let timezone = json!({"type": "string", "description": "IANA name such as Europe/Berlin; UTC if absent"});
        json!({"type": "object", "properties": {"timezone": timezone}, "additionalProperties": false})
    }

    fn call(args: Args, clock: &dyn Clock) -> Result<Value, String> {
        let name = args.timezone.as_deref().unwrap_or("UTC");
        let zone = TimeZone::get(name).map_err(|_| format!("'{name}' is not a time zone such as Europe/Berlin"))?;
        let now = clock.now();
        let local = now.to_zoned(zone);
        Ok(json!({
            "utc": now.to_string(),
            "local": local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            "timezone": name,
            "weekday": local.strftime("%A").to_string(),
            "unix": now.as_second(),
        }))
    }
}
