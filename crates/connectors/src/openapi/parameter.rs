//! Parameters of paths, queries and headers.

use std::collections::HashSet;
use std::sync::LazyLock;

use artel_egress::is_closed_to_callers;
use http::HeaderName;
use serde_json::{Value, json};

use super::budget::{LONGEST_NAME, PARAMETER};
use super::document::Document;
use super::keys::parameter_key;
use super::report::Report;
use super::schemas::{Room, Schemas};
use super::shared::Shared;
use super::signing_in::Signing;
use super::words::shortened;
use crate::schema::{Encoding, Parameter, Parameters, Place};

/// The parameters of one operation under way.
pub(super) struct Collected {
    pub(super) parameters: Parameters,
    pub(super) taken: HashSet<String>,
    /// The path with the names that the parameters have here.
    pub(super) path: String,
}

/// Headers that the connector writes itself: documents declare them, and mean nothing by it.
const OWN_HEADERS: [&str; 3] = ["accept", "content-type", "user-agent"];

/// Reads the parameters of the path and of the operation; the latter win.
///
/// # Errors
/// Why the operation cannot be called.
#[expect(clippy::too_many_arguments, reason = "where the parameters stand, and what they may refer to")]
pub(super) fn collect(
    place: &str,
    path: &str,
    lists: [Option<&Value>; 2],
    document: &Document<'_>,
    schemas: &Schemas<'_>,
    signing: &Signing,
    room: &mut Room,
    report: &mut Report,
) -> Result<Collected, String> {
    let mut declared: Vec<(String, String, Shared<'_>)> = Vec::new();
    for value in lists.into_iter().flatten().filter_map(Value::as_array).flatten() {
        let parameter = match document.resolved(value) {
            Ok(parameter) => parameter,
            Err(reason) => {
                report.add(place, reason);
                continue;
            }
        };
        let text = |member: &str| parameter.get(member).and_then(Value::as_str).map(str::to_owned);
        let (Some(name), Some(at)) = (text("name"), text("in")) else { continue };
        if name.len() > LONGEST_NAME {
            report.add(place, format!("the parameter {name} has too long a name"));
            continue;
        }
        if document.budget.spend(PARAMETER).is_err() {
            break;
        }
        declared.retain(|(known, known_at, _)| (known, known_at) != (&name, &at));
        declared.push((name, at, parameter));
    }
    let mut collected = Collected { parameters: Parameters::default(), taken: HashSet::new(), path: path.to_owned() };
    for (name, at, parameter) in declared {
        if at == "header" && !signing.carries(&at, &name) && HeaderName::from_bytes(name.as_bytes()).is_err() {
            return Err(format!("the parameter {name} is in a header, and that is no name of one"));
        }
        collected.add(place, &name, &at, &parameter, schemas, signing, room, report);
    }
    collected.undeclared(path);
    Ok(collected)
}

impl Collected {
    #[expect(clippy::too_many_arguments, reason = "what a parameter is made of")]
    fn add(
        &mut self,
        place: &str,
        name: &str,
        at: &str,
        parameter: &Value,
        schemas: &Schemas<'_>,
        signing: &Signing,
        room: &mut Room,
        report: &mut Report,
    ) {
        if signing.carries(at, name) || (at == "header" && OWN_HEADERS.contains(&name.to_lowercase().as_str())) {
            return;
        }
        if at == "header" && is_closed_to_callers(name) {
            return report.add(place, format!("the header {name} is not a caller's to set"));
        }
        let Some(kind) = kind(at) else {
            return report.add(place, format!("the parameter {name} in `{at}` cannot be sent"));
        };
        if kind == Place::Path && !self.path.contains(&format!("{{{name}}}")) {
            return report.add(place, format!("the path parameter {name} is not in the path"));
        }
        let (schema, as_json) = schema(parameter);
        let written = schemas.written_out(schema, room);
        let mut made = Parameter::new(kind, with_words(written, parameter));
        made.required = kind == Place::Path || parameter.get("required") == Some(&json!(true));
        made.encode = if as_json { Encoding::Json } else { encoding(parameter) };
        if is_exploded_object(kind, parameter, &made.schema) {
            made.place = Place::QueryMap;
        }
        self.push(name, made, at);
    }

    fn push(&mut self, name: &str, mut parameter: Parameter, prefix: &str) {
        let key = parameter_key(name, &self.taken, prefix);
        if parameter.place == Place::Path {
            self.path = self.path.replace(&format!("{{{name}}}"), &format!("{{{key}}}"));
        } else if key != name {
            parameter.at = Some(name.to_owned());
        }
        self.taken.insert(key.clone());
        self.parameters.push(key, parameter);
    }

    /// Places in the path that the document forgot to declare.
    fn undeclared(&mut self, path: &str) {
        let names: Vec<String> = crate::request::path_names(path).map(str::to_owned).collect();
        for name in names {
            let still = self.path.contains(&format!("{{{name}}}"));
            let declared = self.parameters.get(&name).is_some_and(|parameter| parameter.place == Place::Path);
            if still && !declared {
                let mut parameter = Parameter::new(Place::Path, json!({"type": "string"}));
                parameter.required = true;
                self.push(&name, parameter, "path");
            }
        }
    }
}

fn kind(at: &str) -> Option<Place> {
    match at {
        "path" => Some(Place::Path),
        "query" => Some(Place::Query),
        "header" => Some(Place::Header),
        _ => None,
    }
}

/// The schema, and whether the value is sent as JSON text.
fn schema(parameter: &Value) -> (&Value, bool) {
    static ANY_TEXT: LazyLock<Value> = LazyLock::new(|| json!({"type": "string"}));
    if let Some(schema) = parameter.get("schema") {
        return (schema, false);
    }
    let content = parameter.get("content").and_then(Value::as_object).and_then(|content| content.values().next());
    let schema = content.and_then(|content| content.get("schema"));
    (schema.unwrap_or(&ANY_TEXT), content.is_some())
}

fn with_words(mut schema: Value, parameter: &Value) -> Value {
    if let (Some(members), Some(words)) = (schema.as_object_mut(), parameter.get("description").and_then(Value::as_str))
        && !words.trim().is_empty()
    {
        members.insert("description".into(), json!(shortened(words)));
    }
    schema
}

fn encoding(parameter: &Value) -> Encoding {
    let style = parameter.get("style").and_then(Value::as_str).unwrap_or("form");
    let explode = parameter.get("explode").and_then(Value::as_bool);
    match (style, explode) {
        ("spaceDelimited" | "pipeDelimited" | "simple", _) | ("form", Some(false)) => Encoding::Comma,
        _ => Encoding::Plain,
    }
}

/// In the usual style, the members of an object are parameters of their own.
fn is_exploded_object(kind: Place, parameter: &Value, schema: &Value) -> bool {
    let form = parameter.get("style").and_then(Value::as_str).is_none_or(|style| style == "form");
    let explode = parameter.get("explode").and_then(Value::as_bool).unwrap_or(true);
    kind == Place::Query && form && explode && schema.get("type") == Some(&json!("object"))
}
