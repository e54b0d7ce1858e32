//! What a token endpoint answers (RFC 6749, 5): JSON, or a form as some services write it. Nothing of it is shown but
//! the words of a refusal.

use artel_domain::{names, read_foreign_json};
use serde_json::{Map, Value};

use crate::charset;
use crate::redact::Redactor;

/// Characters of a refusal that are shown.
const SHOWN: usize = 300;
/// Secrets of one reply that are hidden. No service gives so many.
const MOST_SECRETS: usize = 32;
/// Words in the names of members that hold secrets.
const TELLING: [&str; 6] = ["token", "secret", "session", "password", "key", "assertion"];

/// A reply to a request for a token.
pub struct TokenReply(Value);

impl TokenReply {
    /// `None` when the body is neither JSON nor a form.
    ///
    /// # Arguments
    /// * `content_type`: the header's value, empty when there is none.
    pub fn read(content_type: &str, body: &[u8]) -> Option<Self> {
        let decoded = charset::decode(content_type, body, false);
        let text = decoded.ok().or_else(|| String::from_utf8(body.to_vec()).ok())?;
        let text = text.trim();
        read_foreign_json(text).ok().or_else(|| form(text)).map(Self)
    }

    pub fn body(&self) -> &Value {
        &self.0
    }

    /// The reply's `error` and `error_description` on one line, shortened and without secrets; `None` when it names no
    /// error.
    pub fn refusal(&self, redactor: &Redactor) -> Option<String> {
        let error = self.0.get("error").filter(|error| is_said(error));
        let code = error.and_then(|error| error.as_str().or_else(|| error.get("message")?.as_str()));
        let words = self.0.get("error_description").filter(|words| is_said(words)).and_then(Value::as_str);
        if error.is_none() && words.is_none() {
            return None;
        }
        let told: Vec<&str> = code.into_iter().chain(words).collect();
        let told = if told.is_empty() { "without a reason".to_owned() } else { told.join(": ") };
        Some(line(&redactor.text(&told)))
    }

    /// Hides every secret that came with the reply.
    pub fn hide_secrets(&self, redactor: &mut Redactor) {
        let mut secrets = Vec::new();
        collect(&self.0, false, &mut secrets);
        for secret in secrets {
            redactor.hide(secret);
        }
    }
}

/// How long a token lives, in seconds: a number or a text, perhaps with a fraction. `None` for what is no life.
pub fn lifetime_seconds(value: &Value) -> Option<u64> {
    let seconds: f64 = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    (seconds.is_finite() && seconds >= 1.0).then_some(seconds as u64)
}

/// `access_token=…&expires_in=28800`, as an object of texts.
fn form(text: &str) -> Option<Value> {
    if !text.contains('=') || text.starts_with(['<', '{', '[']) || text.contains(char::is_whitespace) {
        return None;
    }
    let pairs = url::form_urlencoded::parse(text.as_bytes());
    let members: Map<String, Value> =
        pairs.map(|(name, value)| (name.into_owned(), value.into_owned().into())).collect();
    Some(Value::Object(members))
}

fn is_said(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false)) && value.as_str() != Some("") && value.as_i64() != Some(0)
}

fn line(text: &str) -> String {
    let plain = names::visible(text);
    let line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHOWN { line } else { line.chars().take(SHOWN).chain(['…']).collect() }
}

fn collect<'a>(value: &'a Value, is_secret: bool, secrets: &mut Vec<&'a str>) {
    match value {
        Value::String(text) if is_secret && secrets.len() < MOST_SECRETS => secrets.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect(item, is_secret, secrets)),
        Value::Object(members) => {
            for (name, member) in members {
                collect(member, is_secret || is_telling(name), secrets);
            }
        }
        _ => {}
    }
}

fn is_telling(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // `bearer` is no secret, and hiding it would spoil innocent text.
    name != "token_type" && TELLING.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{TokenReply, lifetime_seconds};
    use crate::redact::Redactor;

    #[test]
    fn json_and_forms_are_read_and_pages_are_not() {
        for (content_type, body) in [
            ("application/json", "{\"access_token\": \"t-1\"}"),
            ("application/json; charset=klingon", "\u{feff}{\"access_token\": \"t-1\"}"),
            ("application/x-www-form-urlencoded", "access_token=t-1&expires_in=28800"),
            ("", "access_token=t%2D1"),
            ("application/json", "{\"access_token\": \"t-1\", \"expires_in\": 1e999}"),
        ] {
            let reply = TokenReply::read(content_type, body.as_bytes()).unwrap();
            assert_eq!(reply.body()["access_token"], "t-1", "{body}");
        }
        for body in ["", "<a href='x=1'/>", "{\"access_token\"", "please=sign in"] {
            assert!(TokenReply::read("", body.as_bytes()).is_none(), "{body}");
        }
    }

    #[test]
    fn a_refusal_is_error_and_description_and_nothing_else() {
        let refusal = |body: &str| {
            let (reply, mut redactor) = (TokenReply::read("", body.as_bytes()).unwrap(), Redactor::default());
            reply.hide_secrets(&mut redactor);
            reply.refusal(&redactor)
        };
        for (body, told) in [
            (
                r#"{"error": "invalid_grant", "error_description": "it\u0000 is\nover"}"#,
                Some("invalid_grant: it is over"),
            ),
            ("error=bad_verification_code&error_description=It+is+over", Some("bad_verification_code: It is over")),
            (r#"{"error": {"message": "no such user", "data": "d"}}"#, Some("no such user")),
            (r#"{"error": {"code": 7}}"#, Some("without a reason")),
            (
                r#"{"error": "e", "error_description": "ghr_SECRET2 is used", "refresh_token": "ghr_SECRET2"}"#,
                Some("e: *** is used"),
            ),
            (r#"{"error": "", "access_token": "ghr_SECRET2"}"#, None),
            (r#"{"error": false, "message": "ghr_SECRET2"}"#, None),
        ] {
            assert_eq!(refusal(body).as_deref(), told, "{body}");
        }
        let long = json!({ "error_description": "x".repeat(5000) }).to_string();
        assert_eq!(refusal(&long).unwrap().chars().count(), 301);
    }

    #[test]
    fn a_life_is_read_however_it_is_written() {
        for (written, seconds) in [
            (json!(3600), Some(3600)),
            (json!(3600.5), Some(3600)),
            (json!("5250"), Some(5250)),
            (json!(" 5250.9 "), Some(5250)),
            (json!(-1), None),
            (json!(0), None),
            (json!("soon"), None),
            (json!("NaN"), None),
            (json!("1e999"), None),
            (json!(null), None),
        ] {
            assert_eq!(lifetime_seconds(&written), seconds, "{written}");
        }
    }
}
