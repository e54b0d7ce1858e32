use artel_domain::Timestamp;
use async_trait::async_trait;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Builtin;
use crate::context::CallContext;
use crate::output::{ToolError, ToolOutput};

/// What time it is, here or elsewhere.
pub(super) struct CurrentTime;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    /// IANA name such as Europe/Berlin; UTC if absent
    timezone: Option<String>,
}

#[async_trait]
impl Builtin for CurrentTime {
    const NAME: &'static str = "current_time";
    const DESCRIPTION: &'static str = "Returns the current date and time, in UTC and in a time zone if one is given.";
    type Args = Args;

    async fn call(&self, context: &CallContext, args: Args) -> Result<ToolOutput, ToolError> {
        Ok(in_zone(context.clock.now(), args.timezone.as_deref().unwrap_or("UTC"))?.into())
    }
}

fn in_zone(now: Timestamp, name: &str) -> Result<Value, String> {
    let zone = TimeZone::get(name).map_err(|_| format!("'{name}' is not a time zone such as Europe/Berlin"))?;
    let local = now.to_zoned(zone);
    Ok(json!({
        "utc": now.to_string(),
        "local": local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        "timezone": name,
        "weekday": local.strftime("%A").to_string(),
        "unix": now.as_second(),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::CurrentTime;
    use crate::builtin::testing::{answer, refusal};

    #[tokio::test]
    async fn current_time_knows_zones_and_their_summer_time() {
        let told = answer(CurrentTime, json!({"timezone": "Europe/Berlin"})).await.unwrap();
        assert_eq!((&told["local"], &told["weekday"]), (&json!("2026-07-01T14:00:00+02:00"), &json!("Wednesday")));
        assert_eq!(answer(CurrentTime, json!({})).await.unwrap()["utc"], "2026-07-01T12:00:00.5Z");
        assert!(refusal(CurrentTime, json!({"timezone": "Mars/Olympus"})).await.contains("Mars/Olympus"));
    }
}
