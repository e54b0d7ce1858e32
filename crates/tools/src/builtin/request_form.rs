use std::sync::Arc;
use std::time::Duration;

use artel_catalogue::args::{FormFieldArgs, FormFieldKind, RequestForm as Args};
use artel_domain::{EffectClass, FieldType, Form, FormField, TenantId, Wait, names};
use async_trait::async_trait;
use serde_json::{Value, json};

use super::Builtin;
use crate::context::CallContext;
use crate::forms::{FormProblem, check_values};
use crate::output::{ToolError, ToolOutput};
use crate::programs::Fuel;

/// Which services a user can connect.
#[async_trait]
pub trait KnownServices: Send + Sync {
    /// Whether the tenant has a service of this key.
    ///
    /// # Errors
    /// As for [`Tool::call`](crate::Tool::call).
    async fn knows(&self, tenant: TenantId, key: &str) -> Result<bool, ToolError>;
}

/// Asks the user. The call waits: what somebody fills in is its result.
#[derive(Default)]
pub(crate) struct RequestForm {
    /// `None` where no services can be connected.
    known: Option<Arc<dyn KnownServices>>,
}

impl RequestForm {
    pub(crate) fn knowing(known: Arc<dyn KnownServices>) -> Self {
        Self { known: Some(known) }
    }

    async fn check(&self, tenant: TenantId, service: &str) -> Result<(), ToolError> {
        if let Some(known) = &self.known
            && known.knows(tenant, service).await?
        {
            return Ok(());
        }
        let service = names::quoted(service);
        Err(format!("not_found: connect: there is no service {service}; list_services says which there are").into())
    }
}

/// Characters of one option.
const LONGEST_OPTION: usize = 200;
/// Words that ask for a secret: a model must not read one.
const SECRETS: [&str; 8] =
    ["password", "passwd", "secret", "api_key", "apikey", "access_token", "private_key", "парол"];
const NO_SECRETS: &str =
    "a form must not ask for passwords or keys; ask with connect, so that a service is connected without you";

#[async_trait]
impl Builtin for RequestForm {
    const NAME: &'static str = "request_form";
    const EFFECT: EffectClass = EffectClass::Idempotent;
    type Args = Args;

    async fn call(&self, context: &CallContext, args: Args) -> Result<ToolOutput, ToolError> {
        let time = args.timeout_s.map(|seconds| Duration::from_secs(seconds.into()));
        let until = time.and_then(|time| context.clock.now().checked_add(time).ok());
        if let Some(connect) = &args.connect {
            self.check(context.tenant_id, &connect.service).await?;
        }
        let form = context.off_thread(move |fuel| form_of(args, fuel)).await?;
        Err(ToolError::Wait(Wait::Form { form, until }))
    }
}

fn form_of(args: Args, fuel: &Fuel) -> Result<Form, String> {
    let Args { title, description, fields, connect, .. } = args;
    let (title, description) = (visible(&title), description.map(|text| visible_lines(&text)));
    if title.trim().is_empty() {
        return Err("invalid_argument: title is blank; say what the form is about".to_owned());
    }
    if asks_for_a_secret(&title) || description.as_deref().is_some_and(asks_for_a_secret) {
        return Err(format!("invalid_argument: {NO_SECRETS}"));
    }
    let (fields, connect) = match (fields, connect) {
        (Some(fields), None) if !fields.is_empty() => (fields_of(fields)?, None),
        (None, Some(connect)) => (vec![connected_instance()], Some(connect.service)),
        _ => return Err("invalid_argument: give either fields or connect, and not both".to_owned()),
    };
    let form = without_nul(&Form { title, description, fields, connect })?;
    check_defaults(&form, fuel)?;
    Ok(form)
}

/// One of the databases looks into what a call waits for, and cannot read NUL characters there.
fn without_nul(form: &Form) -> Result<Form, String> {
    let mut form = json!(form);
    strip(&mut form);
    serde_json::from_value(form).map_err(|error| format!("invalid_argument: this is no form: {error}"))
}

fn strip(value: &mut Value) {
    match value {
        Value::String(text) => text.retain(|character| character != '\0'),
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::Object(members) => {
            members.retain(|name, _| !name.contains('\0'));
            members.values_mut().for_each(strip);
        }
        _ => {}
    }
}

fn fields_of(fields: Vec<FormFieldArgs>) -> Result<Vec<FormField>, String> {
    let fields: Vec<FormField> = fields.into_iter().map(field_of).collect();
    for (at, field) in fields.iter().enumerate() {
        let fault = |what: String| Err(format!("invalid_argument: fields[{at}] (\"{}\"): {what}", field.name));
        if field.label.trim().is_empty() {
            return fault("its label is blank; write what the user reads".to_owned());
        }
        if fields[..at].iter().any(|other| other.name == field.name) {
            return fault("another field has this name; give each a name of its own".to_owned());
        }
        if is_for_a_secret(field) {
            return fault(NO_SECRETS.to_owned());
        }
        if let Err(what) = check_options(field) {
            return fault(what.to_owned());
        }
    }
    Ok(fields)
}

fn field_of(field: FormFieldArgs) -> FormField {
    let field_type = match field.r#type {
        FormFieldKind::Text => FieldType::Text,
        FormFieldKind::Textarea => FieldType::Textarea,
        FormFieldKind::Number => FieldType::Number,
        FormFieldKind::Date => FieldType::Date,
        FormFieldKind::Select => FieldType::Select,
        FormFieldKind::Multiselect => FieldType::Multiselect,
        FormFieldKind::Boolean => FieldType::Boolean,
        FormFieldKind::File => FieldType::File,
    };
    FormField {
        name: field.name,
        label: visible(&field.label),
        field_type,
        required: field.required.unwrap_or_default(),
        options: field.options.unwrap_or_default().iter().map(|option| visible(option)).collect(),
        default: field.default.filter(|default| !default.is_null()),
    }
}

/// What a form is answered with when the service is connected.
fn connected_instance() -> FormField {
    FormField {
        name: "instance_id".to_owned(),
        label: "The connected account, when there are several".to_owned(),
        field_type: FieldType::Text,
        required: false,
        options: Vec::new(),
        default: None,
    }
}

fn is_for_a_secret(field: &FormField) -> bool {
    let is_called = |word: &str| names::contains(&field.name, word) || names::contains(&field.label, word);
    SECRETS.iter().any(|word| is_called(word)) || field.options.iter().any(|option| asks_for_a_secret(option))
}

fn asks_for_a_secret(text: &str) -> bool {
    SECRETS.iter().any(|word| names::mentions(text, word))
}

/// As people see it: a model's emoji have characters of their own that nobody sees, so they are no reason to refuse.
fn visible(text: &str) -> String {
    names::visible(text).into_owned()
}

fn visible_lines(text: &str) -> String {
    text.split('\n').map(names::visible).collect::<Vec<_>>().join("\n")
}

fn check_options(field: &FormField) -> Result<(), &'static str> {
    let options = &field.options;
    let chooses = matches!(field.field_type, FieldType::Select | FieldType::Multiselect);
    if chooses && options.is_empty() {
        return Err("it has no options; list what may be chosen");
    }
    if !chooses && !options.is_empty() {
        return Err("only select and multiselect have options");
    }
    if options.iter().any(|option| option.trim().is_empty() || option.chars().count() > LONGEST_OPTION) {
        return Err("an option has 1 to 200 characters");
    }
    let stands_twice = options.iter().enumerate().any(|(at, option)| options[..at].contains(option));
    if stands_twice { Err("an option stands twice") } else { Ok(()) }
}

/// A value that is there from the start is one that the field takes.
fn check_defaults(form: &Form, fuel: &Fuel) -> Result<(), String> {
    let given = |field: &FormField| field.default.clone().map(|default| (field.name.clone(), default));
    let defaults: Value = json!(form.fields.iter().filter_map(given).collect::<serde_json::Map<_, _>>());
    let optional = form.fields.iter().map(|field| FormField { required: false, ..field.clone() }).collect();
    match check_values(&Form { fields: optional, ..form.clone() }, &defaults, fuel) {
        Ok(_) => Ok(()),
        Err(FormProblem::BrokeOff(broke_off)) => Err(broke_off.to_string()),
        Err(FormProblem::Wrong(faults)) => {
            let faults: Vec<String> =
                faults.iter().map(|fault| format!("the default of \"{}\": {}", fault.field, fault.message)).collect();
            Err(format!("invalid_argument: {}; correct it or leave it out", faults.join("; ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use artel_domain::{TenantId, Wait};
    use async_trait::async_trait;
    use serde_json::{Value, json};

    use super::{KnownServices, RequestForm};
    use crate::builtin::testing::{answer, refusal};
    use crate::output::ToolError;

    struct Ozon;

    #[async_trait]
    impl KnownServices for Ozon {
        async fn knows(&self, _: TenantId, key: &str) -> Result<bool, ToolError> {
            Ok(key == "ozon")
        }
    }

    fn form() -> RequestForm {
        RequestForm::knowing(Arc::new(Ozon))
    }

    async fn waits(args: Value) -> Value {
        let Err(ToolError::Wait(wait @ Wait::Form { .. })) = answer(form(), args).await else { panic!() };
        serde_json::to_value(wait).unwrap()
    }

    #[tokio::test]
    async fn the_call_waits_for_the_form_that_the_model_wrote() {
        let wait = waits(json!({
            "title": "Delivery", "description": null, "timeout_s": 60,
            "fields": [
                { "name": "city", "label": "City", "type": "text", "required": true },
                { "name": "speed", "label": "Speed", "type": "select", "options": ["normal", "express"], "default": "normal" },
            ],
        }))
        .await;
        assert_eq!(
            wait,
            json!({
                "for": "form", "until": "2026-07-01T12:01:00.5Z",
                "form": { "title": "Delivery", "fields": [
                    { "name": "city", "label": "City", "type": "text", "required": true },
                    { "name": "speed", "label": "Speed", "type": "select", "required": false, "options": ["normal", "express"], "default": "normal" },
                ] },
            })
        );
        let wait = waits(json!({ "title": "Connect \0your shop", "connect": { "service": "ozon" } })).await;
        assert_eq!(
            (&wait["form"]["connect"], &wait["form"]["fields"][0]["name"]),
            (&json!("ozon"), &json!("instance_id"))
        );
        assert_eq!(wait["form"]["title"], "Connect your shop");
    }

    #[tokio::test]
    async fn a_form_that_nobody_could_fill_in_is_refused() {
        let field = |more: Value| {
            let mut field = json!({ "name": "a", "label": "A", "type": "text" });
            field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({ "title": "T", "fields": [field] })
        };
        for (args, part) in [
            (json!({ "title": "T" }), "either fields or connect"),
            (json!({ "title": " ", "connect": { "service": "ozon" } }), "title is blank"),
            (json!({ "title": "T", "fields": [] }), "at /fields"),
            (field(json!({ "name": "1a" })), "at /fields/0/name"),
            (field(json!({ "type": "colour" })), "at /fields/0/type"),
            (field(json!({ "label": " " })), "fields[0] (\"a\"): its label is blank"),
            (field(json!({ "type": "select" })), "it has no options"),
            (field(json!({ "options": ["x"] })), "only select and multiselect"),
            (field(json!({ "type": "select", "options": ["x", "x"] })), "stands twice"),
            (field(json!({ "type": "number", "default": "many" })), "the default of \"a\": is not of type"),
            (field(json!({ "name": "db_password" })), "must not ask for passwords"),
            (field(json!({ "label": "Ваш пароль" })), "must not ask for passwords"),
            (field(json!({ "label": "P\u{430}ssword" })), "must not ask for passwords"),
            (field(json!({ "label": "Pass\u{200b}word" })), "must not ask for passwords"),
            (field(json!({ "label": "pass word" })), "must not ask for passwords"),
            (field(json!({ "name": "dbPassword" })), "must not ask for passwords"),
            (field(json!({ "type": "select", "options": ["My P\u{430}ssw\u{43e}rd"] })), "must not ask for passwords"),
            (field(json!({ "label": "\u{200b}\u{2800}" })), "its label is blank"),
            (field(json!({ "type": "select", "options": ["x", "x\u{200b}"] })), "stands twice"),
        ] {
            let told = refusal(form(), args).await;
            assert!(told.starts_with("invalid_argument: ") && told.contains(part), "{told}");
        }
        let twice = json!({ "name": "a", "label": "A", "type": "text" });
        let told = refusal(form(), json!({ "title": "T", "fields": [twice, twice] })).await;
        assert!(told.contains("fields[1] (\"a\"): another field has this name"), "{told}");
    }

    #[tokio::test]
    async fn only_services_that_there_are_can_be_connected() {
        for service in ["nope", "../x", "Ozon", ""] {
            let told = refusal(form(), json!({ "title": "T", "connect": { "service": service } })).await;
            assert!(told.starts_with("not_found: ") || told.starts_with("invalid_argument: "), "{told}");
        }
        let told = refusal(RequestForm::default(), json!({ "title": "T", "connect": { "service": "ozon" } })).await;
        assert!(told.starts_with("not_found: connect: there is no service \"ozon\""), "{told}");
    }

    #[tokio::test]
    async fn what_people_read_of_a_form_is_all_that_is_in_it() {
        let one =
            json!({ "name": "a", "label": "⚠\u{fe0f} City\u{202e}", "type": "select", "options": ["no\u{200b}rth"] });
        let wait =
            waits(json!({ "title": "Deli\u{1b}very", "description": "One\nTwo\u{202e}", "fields": [one] })).await;
        assert_eq!((&wait["form"]["title"], &wait["form"]["description"]), (&json!("Delivery"), &json!("One\nTwo")));
        let field = &wait["form"]["fields"][0];
        assert_eq!((&field["label"], &field["options"]), (&json!("⚠ City"), &json!(["north"])));
        let told =
            refusal(form(), json!({ "title": "T", "description": "your p\u{430}ssword, please", "fields": [one] }))
                .await;
        assert!(told.contains("must not ask for passwords"), "{told}");
    }
}
