//! What goes together in the answer to a turn that waits.

use serde_json::{Value, json};
use utoipa::openapi::schema::{AllOfBuilder, AnyOf, AnyOfBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{OpenApi, Ref, RefOr};

/// Splits the schema into its members and what goes together.
pub(super) fn refine(openapi: &mut OpenApi) {
    let Some(schemas) = openapi.components.as_mut().map(|components| &mut components.schemas) else { return };
    let Some(schema) = schemas.remove("TurnInput") else { return };
    schemas.insert("TurnInputMembers".to_owned(), schema);
    let whole = AllOfBuilder::new().item(Ref::from_schema_name("TurnInputMembers")).item(Schema::from(input()));
    schemas.insert("TurnInput".to_owned(), RefOr::T(whole.build().into()));
}

/// A form with its values, or an approval with its decision; new arguments come with an edit, and with nothing else.
fn input() -> AnyOf {
    let decides = |words: &[&str]| {
        let word =
            ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().map(|word| json!(word))));
        ObjectBuilder::new()
            .property("approval_id", ObjectBuilder::new().schema_type(Type::String))
            .property("form_id", nothing())
            .property("decision", word)
            .required("approval_id")
            .required("decision")
    };
    let object = || ObjectBuilder::new().schema_type(Type::Object);
    let edits = decides(&["edit"]).property("modified_arguments", object()).required("modified_arguments");
    let others = decides(&["approve", "reject"]).property("modified_arguments", nothing());
    let form = ObjectBuilder::new()
        .property("form_id", ObjectBuilder::new().schema_type(Type::String))
        .property("approval_id", nothing())
        .property("values", object())
        .required("form_id")
        .required("values");
    AnyOfBuilder::new().item(edits).item(others).item(form).build()
}

fn nothing() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::AnyValue).enum_values(Some([Value::Null]))
}
