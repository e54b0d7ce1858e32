use std::time::Duration;

use artel_domain::{FieldType, Form, FormField};
use serde_json::{Value, json};

use super::{FormProblem, check_values, values_schema};
use crate::programs::Fuel;

fn field(name: &str, field_type: FieldType, required: bool) -> FormField {
    let options = match field_type {
        FieldType::Select | FieldType::Multiselect => vec!["normal".to_owned(), "express".to_owned()],
        _ => Vec::new(),
    };
    FormField { name: name.to_owned(), label: name.to_owned(), field_type, required, options, default: None }
}

fn form() -> Form {
    let fields = vec![
        field("city", FieldType::Text, true),
        field("note", FieldType::Textarea, false),
        field("count", FieldType::Number, false),
        field("day", FieldType::Date, false),
        field("speed", FieldType::Select, false),
        field("extras", FieldType::Multiselect, false),
        field("gift", FieldType::Boolean, false),
        field("contract", FieldType::File, false),
    ];
    Form { title: "Delivery".to_owned(), description: None, fields, connect: None }
}

fn checked(values: &Value) -> Result<Value, Vec<(String, String)>> {
    check_values(&form(), values, &Fuel::steps(1_000_000, Duration::from_secs(5))).map_err(|problem| match problem {
        FormProblem::Wrong(faults) => faults.into_iter().map(|fault| (fault.field, fault.message)).collect(),
        FormProblem::BrokeOff(broke_off) => panic!("{broke_off}"),
    })
}

#[test]
fn values_that_fit_are_taken_without_those_that_are_null() {
    let file = json!({ "artifact_id": "0197a1b2-0000-7000-8000-000000000003" });
    let whole = json!({
        "city": "Казань", "note": "", "count": 2.5, "day": "2028-02-29", "speed": "express", "extras": ["normal"], "gift": false,
        "contract": file,
    });
    assert_eq!(checked(&whole).unwrap(), whole);
    assert_eq!(checked(&json!({ "city": "Moscow", "speed": null })).unwrap(), json!({ "city": "Moscow" }));
}

#[test]
fn each_field_that_is_wrong_is_named() {
    for (values, field, part) in [
        (json!("Moscow"), "", "must be an object"),
        (json!({}), "city", "must be filled in"),
        (json!({ "city": " " }), "city", "must be filled in"),
        (json!({ "city": null }), "city", "must be filled in"),
        (json!({ "city": "\u{200b}\u{2800} " }), "city", "must be filled in"),
        (json!({ "city": 5 }), "city", "not of type \"string\""),
        (json!({ "city": "x".repeat(2001) }), "city", "longer than 2000"),
        (json!({ "city": "a", "town": "b" }), "town", "the form has no such field"),
        (json!({ "city": "a", "count": "5" }), "count", "not of type \"number\""),
        (json!({ "city": "a", "day": "2026-02-31" }), "day", "a day of the calendar"),
        (json!({ "city": "a", "day": "yesterday" }), "day", "does not match"),
        (json!({ "city": "a", "speed": "fast" }), "speed", "is not one of"),
        (json!({ "city": "a", "extras": ["normal", "normal"] }), "extras", "non-unique"),
        (json!({ "city": "a", "extras": ["other"] }), "extras", "is not one of"),
        (json!({ "city": "a", "gift": "yes" }), "gift", "not of type \"boolean\""),
        (json!({ "city": "a", "contract": "a.pdf" }), "contract", "not of type \"object\""),
        (json!({ "city": "a", "contract": { "artifact_id": "7" } }), "contract", "does not match"),
        (json!({ "city": "a", "note": "x".repeat(30_000) }), "", "at most 24 KiB"),
    ] {
        let faults = checked(&values).unwrap_err();
        assert!(faults.iter().any(|(name, message)| name == field && message.contains(part)), "{values}: {faults:?}");
    }
    let faults = checked(&json!({ "city": "a", "count": "5", "gift": 1 })).unwrap_err();
    assert_eq!(faults.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["count", "gift"]);
}

#[test]
fn the_schema_is_one_that_the_product_takes() {
    crate::check_schema(&values_schema(&form())).unwrap();
    assert_eq!(values_schema(&form())["required"], json!(["city"]));
}
