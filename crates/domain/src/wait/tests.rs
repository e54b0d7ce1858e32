use serde_json::json;

use super::*;
use crate::clock::micros;

fn form() -> Form {
    let name = FormField {
        name: "name".into(),
        label: "Your name".into(),
        field_type: FieldType::Text,
        required: true,
        options: Vec::new(),
        default: None,
    };
    Form { title: "Who are you?".into(), description: None, fields: vec![name], connect: None }
}

#[test]
fn every_wait_is_read_as_it_was_written() {
    for wait in [
        Wait::Approval,
        Wait::Client,
        Wait::Form { form: form(), until: None },
        Wait::Form { form: form(), until: Some(micros(5)) },
        Wait::Child,
        Wait::Until { at: micros(7) },
        Wait::Event { service: "shop".into(), kind: "order.paid".into() },
    ] {
        let text = serde_json::to_string(&wait).unwrap();
        assert_eq!(serde_json::from_str::<Wait>(&text).unwrap(), wait);
        assert_eq!(serde_json::to_value(&wait).unwrap()["for"], wait.word().as_str());
    }
}

#[test]
fn a_wait_ends_by_itself_when_it_says_so() {
    assert_eq!(Wait::Until { at: micros(7) }.ends_at(), Some(micros(7)));
    assert_eq!(Wait::Form { form: form(), until: Some(micros(5)) }.ends_at(), Some(micros(5)));
    for wait in [Wait::Approval, Wait::Client, Wait::Form { form: form(), until: None }, Wait::Child] {
        assert_eq!(wait.ends_at(), None);
    }
}

#[test]
fn a_form_is_written_as_its_surfaces_show_it() {
    let expected = json!({ "title": "Who are you?", "fields": [{ "name": "name", "label": "Your name", "type": "text", "required": true }] });
    assert_eq!(serde_json::to_value(form()).unwrap(), expected);
}
